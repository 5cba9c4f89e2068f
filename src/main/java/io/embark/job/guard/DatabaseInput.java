/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.guard;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.execution.datasources.LogicalRelation;
import org.apache.spark.sql.execution.datasources.jdbc.JDBCOptions;
import org.apache.spark.sql.execution.datasources.jdbc.JDBCRelation;
import org.apache.spark.sql.execution.datasources.v2.DataSourceV2Relation;
import org.apache.spark.sql.execution.datasources.v2.jdbc.JDBCTable;

/**
 * Tells whether rows come from the table of a database that they are to replace. One server has many addresses, so a table counts
 * as the same by its own name and that of its database.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class DatabaseInput {
    private DatabaseInput() {}

    /**
     * Checks that a table that is replaced is not read in part.
     *
     * @param output the table as errors call it
     * @param url its database's address
     * @param table its name, without schema
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if rows or columns of it would be lost
     */
    public static void requireWhole(String output, String url, String table, Dataset<Row> rows) {
        LogicalPlan query = rows.queryExecution().analyzed();
        require(output, database(url), table.toLowerCase(Locale.ROOT), query, query);
    }

    private static void require(String output, String database, String table, LogicalPlan query, LogicalPlan part) {
        Optional<JDBCOptions> read = options(part);
        if (read.isPresent() && isSame(read.get(), database, table)) {
            boolean isWhole = !isQuery(read.get()) && KeptRows.keepsAllOf(query, part);
            if (!isWhole) {
                throw GuardErrors.isTheInputInPart(output);
            }
        }
        QueryCheck.parts(part).forEach(inner -> require(output, database, table, query, inner));
    }

    private static Optional<JDBCOptions> options(LogicalPlan plan) {
        if (plan instanceof LogicalRelation logical && logical.relation() instanceof JDBCRelation read) {
            return Optional.of(read.jdbcOptions());
        }
        if (plan instanceof DataSourceV2Relation second && second.table() instanceof JDBCTable read) {
            return Optional.of(read.jdbcOptions());
        }
        return Optional.empty();
    }

    private static boolean isSame(JDBCOptions read, String database, String table) {
        String words = read.tableOrQuery().toLowerCase(Locale.ROOT);
        return database(read.url()).equals(database)
                && Pattern.compile("(?<!\\w)%s(?!\\w)".formatted(Pattern.quote(table)))
                        .matcher(words)
                        .find();
    }

    private static boolean isQuery(JDBCOptions read) {
        return read.tableOrQuery().stripLeading().startsWith("(");
    }

    /** {@code articles} of {@code jdbc:postgresql://host:5432/articles?ssl=true}. */
    private static String database(String url) {
        return url.replaceFirst("[?;].*", "").replaceFirst(".*[/:]", "");
    }
}
