/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.job.guard.QueryCheck;
import io.embark.job.table.Columns;
import io.embark.job.table.DataSourceClass;
import io.embark.job.table.FormatOptions;
import io.embark.job.table.KnownFormats;
import io.embark.job.table.MissingCatalog;
import io.embark.job.table.SparkCall;
import io.embark.spark.version.Scala;
import io.embark.spark.version.SparkVersion;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.SubqueryAlias;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.execution.CommandExecutionMode;
import org.apache.spark.sql.execution.datasources.HadoopFsRelation;
import org.apache.spark.sql.execution.datasources.LogicalRelation;
import org.apache.spark.sql.execution.datasources.v2.DataSourceV2Relation;
import org.apache.spark.sql.execution.datasources.v2.FileTable;
import org.apache.spark.sql.execution.datasources.v2.jdbc.JDBCTable;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.sources.DataSourceRegister;
import org.apache.spark.sql.types.StructField;

/** Reads a table of any catalog of the session, or a view. */
record TableReader(SparkSession spark, SourceRequest request) {
    private static final String OPTION = "source-option";

    /**
     * Opens it.
     *
     * @throws EmbarkException {@link ErrorCode#INPUT_NOT_FOUND} if it is not there or cannot be read; {@link
     *     ErrorCode#OPTION_INVALID} for a format, which a table has already, and options that it does not read
     */
    ReadRows read(String reference) {
        if (request.format().isPresent()) {
            throw InputErrors.tableHasAFormat(reference, request.format().get());
        }
        TableReference table = SparkCall.translate(
                () -> TableReference.parse(spark, reference, request.options()),
                e -> InputErrors.isNoTable(reference, e));
        Map<String, String> options = TableReference.others(request.options());
        LogicalPlan analyzed = analyzed(table, reference, options);
        requireRead(options, relation(analyzed), reference);
        Dataset<Row> rows = SparkVersion.rows(spark, analyzed);
        if (relation(analyzed) instanceof DataSourceV2Relation second && second.table() instanceof JDBCTable database) {
            Optional<JdbcParts> parts = parts(rows, database, options);
            Map<String, String> fetching = withFetchSize(database, options);
            LogicalPlan read = analyzed(
                    table, reference, parts.map(found -> found.in(fetching)).orElse(fetching));
            return new ReadRows(
                    SparkVersion.rows(spark, read),
                    false,
                    parts.map(JdbcParts::note).stream().toList());
        }
        return new ReadRows(rows, true, List.of());
    }

    private LogicalPlan analyzed(TableReference table, String reference, Map<String, String> options) {
        String subject = "table " + reference;
        LogicalPlan plan = table.plan(options);
        // The time may be a query.
        QueryCheck.require(plan, subject);
        LogicalPlan analyzed = SparkCall.translate(
                () -> spark.sessionState()
                        .executePlan(plan, CommandExecutionMode.SKIP())
                        .analyzed(),
                e -> cannotBeOpened(table, reference, e));
        // It may be a view, which holds a query.
        QueryCheck.require(analyzed, subject);
        return analyzed;
    }

    private EmbarkException cannotBeOpened(TableReference table, String reference, Exception thrown) {
        List<String> name = table.name();
        Optional<String> format = Optional.of(name.get(0))
                .filter(first -> name.size() == 2 && name.get(1).contains("/"));
        Optional<String> coordinate = format.filter(
                        first -> DataSourceClass.find(spark, first).isEmpty())
                .flatMap(KnownFormats::coordinate);
        if (coordinate.isPresent()) {
            return InputErrors.cannotBeReadByItsPath(reference, format.get(), coordinate.get(), thrown);
        }
        return MissingCatalog.behind(thrown, spark, name)
                .map(missing -> InputErrors.noCatalog("table " + reference, missing, thrown))
                .orElseGet(() -> InputErrors.cannotBeOpened(reference, table, format.isPresent(), thrown));
    }

    private static LogicalPlan relation(LogicalPlan analyzed) {
        return analyzed instanceof SubqueryAlias named ? relation(named.child()) : analyzed;
    }

    /** Spark passes options on to the table, which ignores those that it does not know; a view ignores them all. */
    private static void requireRead(Map<String, String> options, LogicalPlan relation, String reference) {
        if (options.isEmpty()) {
            return;
        }
        boolean isTable = relation instanceof LogicalRelation || relation instanceof DataSourceV2Relation;
        if (!isTable) {
            throw InputErrors.tableReadsNoOptions(reference, options.keySet());
        }
        format(relation).ifPresent(format -> FormatOptions.requireKnown(OPTION, format, options));
    }

    /** What a table is read with, as far as it can be told. */
    private static Optional<String> format(LogicalPlan relation) {
        if (relation instanceof LogicalRelation first) {
            return provider(first)
                    .or(() -> first.relation() instanceof HadoopFsRelation files
                                    && files.fileFormat() instanceof DataSourceRegister named
                            ? Optional.of(known(files.fileFormat(), named.shortName()))
                            : KnownFormats.ofClass(first.relation().getClass().getName()));
        }
        Table table = ((DataSourceV2Relation) relation).table();
        if (table instanceof JDBCTable) {
            return Optional.of(JdbcReader.FORMAT);
        }
        return table instanceof FileTable files
                ? Optional.of(files.formatName().toLowerCase(Locale.ROOT))
                : KnownFormats.ofClass(table.getClass().getName());
    }

    private static Optional<String> provider(LogicalRelation relation) {
        return relation.catalogTable().isDefined()
                        && relation.catalogTable().get().provider().isDefined()
                ? Optional.of(relation.catalogTable().get().provider().get())
                : Optional.empty();
    }

    private static String known(Object format, String shortName) {
        return KnownFormats.ofClass(format.getClass().getName()).orElse(shortName);
    }

    private Optional<JdbcParts> parts(Dataset<Row> rows, JDBCTable database, Map<String, String> options) {
        Optional<StructField> id = request.id().map(name -> Columns.find(rows.schema(), name, "id-column"));
        if (id.isEmpty() || !JdbcParts.fit(id.get(), options) || has(database, JdbcParts.COLUMN)) {
            return Optional.empty();
        }
        Column column = Columns.named(id.get().name());
        return SparkCall.translate(
                () -> JdbcParts.of(id.get(), rows.agg(functions.min(column), functions.max(column)), options),
                e -> InputErrors.cannotBeReadAs(JdbcReader.FORMAT, "table " + database.name(), e));
    }

    private static Map<String, String> withFetchSize(JDBCTable database, Map<String, String> options) {
        if (!has(database, JdbcReader.FETCH_SIZE.getKey())) {
            options.putIfAbsent(JdbcReader.FETCH_SIZE.getKey(), JdbcReader.FETCH_SIZE.getValue());
        }
        return options;
    }

    private static boolean has(JDBCTable database, String option) {
        return Scala.map(database.jdbcOptions().parameters()).keySet().stream().anyMatch(option::equalsIgnoreCase);
    }
}
