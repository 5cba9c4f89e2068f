/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.job.guard.QueryCheck;
import io.embark.job.table.DataSourceClass;
import io.embark.job.table.FormatOptions;
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

/**
 * Reads any data source of Spark: one that Spark has, or one whose jar was added.
 *
 * @param input what is read, as people say it
 */
record FormatReader(SparkSession spark, String input, SourceRequest request) {
    private static final String OPTION = "source-option";

    /** Written under this name, PostgreSQL is read as any database is. */
    private static final Map<String, String> ALIASES = Map.of("postgresql", JdbcReader.FORMAT);

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
        DataSourceClass source = DataSourceClass.require(spark, "format", format, SourceFormat.names());
        if (source.isJdbc()) {
            path.ifPresent(place -> {
                throw InputErrors.formatHasNoPath(input, format);
            });
            return new JdbcReader(spark, input, request).read();
        }

        FormatOptions.requireKnown(OPTION, source.shortName(), request.options());
        boolean isOfFiles = source.isOfFiles();
        if (format.equalsIgnoreCase("iceberg")) {
            path.ifPresent(place -> IcebergPaths.prepare(spark, place));
        }
        Dataset<Row> rows = SparkCall.translate(
                () -> load(format, path, isOfFiles), e -> InputErrors.cannotBeReadAs(format, input, e));
        QueryCheck.require(rows.queryExecution().analyzed(), input);
        ReadRows.requireNoForeignTable(rows, input);
        if (rows.columns().length == 0) {
            throw InputErrors.isEmpty(input);
        }

        // Rows of another system come over a network, once is enough.
        return new ReadRows(rows, isOfFiles || path.isPresent(), List.of());
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
}
