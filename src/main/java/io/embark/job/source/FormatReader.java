/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.job.guard.ForeignTables;
import io.embark.job.guard.QueryCheck;
import io.embark.job.table.FormatOptions;
import io.embark.job.table.KnownFormats;
import io.embark.job.table.LiteralPath;
import io.embark.job.table.SparkCall;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.DataSource;
import org.apache.spark.sql.execution.datasources.FileFormat;
import org.apache.spark.sql.execution.datasources.v2.FileDataSourceV2;
import org.apache.spark.sql.sources.DataSourceRegister;

/**
 * Reads any data source of Spark: one that Spark has, or one whose jar was added.
 *
 * @param input what is read, as people say it
 */
record FormatReader(SparkSession spark, String input, SourceRequest request) {
    private static final String OPTION = "source-option";

    /** Written under this name, PostgreSQL is read as any database is. */
    private static final Map<String, String> ALIASES = Map.of("postgresql", JdbcReader.FORMAT);

    /** Whether there is a data source of this name. */
    static boolean isThere(SparkSession spark, String name) {
        try {
            find(spark, name);
            return true;
        } catch (Exception | LinkageError e) {
            return false;
        }
    }

    /** @throws ClassNotFoundException, undeclared as of Spark's, and others of its own */
    private static Class<?> find(SparkSession spark, String name) {
        return DataSource.lookupDataSource(name, spark.sessionState().conf());
    }

    /**
     * Opens it.
     *
     * @param name its short name or its class
     * @param path what lies at it; empty where options alone say what is read
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if there is no such data source; {@link
     *     ErrorCode#OPTION_UNKNOWN} for an option that it is known not to read; {@link ErrorCode#INPUT_NOT_FOUND} if it cannot
     *     be read
     */
    ReadRows read(String name, Optional<String> path) {
        String format = ALIASES.getOrDefault(name.toLowerCase(Locale.ROOT), name);
        Class<?> source = source(format);
        if (JdbcReader.reads(source)) {
            path.ifPresent(place -> {
                throw InputErrors.formatHasNoPath(input, format);
            });
            return new JdbcReader(spark, input, request).read();
        }

        FormatOptions.requireKnown(OPTION, shortName(source, format), request.options());
        boolean isOfFiles =
                FileFormat.class.isAssignableFrom(source) || FileDataSourceV2.class.isAssignableFrom(source);
        if (format.equalsIgnoreCase("iceberg")) {
            path.ifPresent(place -> IcebergPaths.prepare(spark, place));
        }
        Dataset<Row> rows = SparkCall.translate(
                () -> load(format, path, isOfFiles), e -> InputErrors.cannotBeReadAs(format, input, e));
        QueryCheck.require(rows.queryExecution().analyzed(), input);
        requireNoForeignTable(rows);
        if (rows.columns().length == 0) {
            throw InputErrors.isEmpty(input);
        }

        // Rows of another system come over a network, once is enough.
        return new ReadRows(rows, isOfFiles || path.isPresent(), List.of());
    }

    private Class<?> source(String format) {
        try {
            return find(spark, format);
        } catch (Exception | LinkageError e) {
            throw InputErrors.noSuchFormat(format, e);
        }
    }

    private static String shortName(Class<?> source, String given) {
        Optional<String> known = KnownFormats.ofClass(source.getName());
        if (known.isPresent()) {
            return known.get();
        }
        try {
            return DataSourceRegister.class.isAssignableFrom(source)
                    ? ((DataSourceRegister) source.getDeclaredConstructor().newInstance()).shortName()
                    : given;
        } catch (ReflectiveOperationException | LinkageError e) {
            // Whoever loads it says why it cannot be made.
            return given;
        }
    }

    private Dataset<Row> load(String format, Optional<String> path, boolean isOfFiles) throws Exception {
        DataFrameReader reader = spark.read().format(format).options(request.options());
        if (path.isEmpty()) {
            return reader.load();
        }
        return reader.load(
                isOfFiles
                        ? LiteralPath.escapedIfThere(
                                path.get(), spark.sessionState().newHadoopConf())
                        : path.get());
    }

    private void requireNoForeignTable(Dataset<Row> rows) {
        SparkCall.translate(
                () -> {
                    ForeignTables.requireNoneRead(input, rows);
                    return null;
                },
                e -> InputErrors.cannotBeReached(input, e));
    }
}
