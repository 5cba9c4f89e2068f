/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import io.embark.job.table.Columns;
import io.embark.job.table.FormatOptions;
import io.embark.job.table.JdbcDriver;
import io.embark.job.table.SparkCall;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.jdbc.JdbcDialects;
import org.apache.spark.sql.types.StructField;

/**
 * Reads a table or query of a database, see {@link JdbcParts}.
 *
 * @param input what is read, as people say it
 */
record JdbcReader(SparkSession spark, String input, SourceRequest request) {
    static final String FORMAT = "jdbc";

    /** Rows at a time: some drivers read all of a part into memory if nobody says how many. */
    static final Map.Entry<String, String> FETCH_SIZE = Map.entry("fetchsize", "1000");

    private static final String TABLE = "dbtable";
    private static final String QUERY = "query";

    ReadRows read() {
        FormatOptions.requireKnown("source-option", FORMAT, request.options());
        Map<String, String> options = JdbcDriver.named("source-option", request.options());
        options.putIfAbsent(FETCH_SIZE.getKey(), FETCH_SIZE.getValue());
        // Spark puts it into brackets.
        options.computeIfPresent(QUERY, (key, query) -> query.strip().replaceFirst(";$", ""));
        Dataset<Row> whole = load(options);
        return request.id()
                .flatMap(name -> parts(Columns.find(whole.schema(), name, "id-column"), options))
                .map(parts -> new ReadRows(load(parts.in(table(options))), false, List.of(parts.note())))
                .orElseGet(() -> new ReadRows(whole, false, List.of()));
    }

    private Optional<JdbcParts> parts(StructField id, Map<String, String> options) {
        if (!JdbcParts.fit(id, options) || (isQuery(options) && !options.containsKey(JdbcParts.COUNT))) {
            return Optional.empty();
        }
        return SparkCall.translate(
                () -> JdbcParts.of(id, load(bounds(id, options)), options),
                e -> InputErrors.cannotBeReadAs(FORMAT, input, e));
    }

    /** Each part runs a query anew, and one with a limit, or over rows that change, need not give the same ones. */
    private static boolean isQuery(Map<String, String> options) {
        return options.containsKey(QUERY)
                || options.getOrDefault(TABLE, "").stripLeading().startsWith("(");
    }

    /** How the smallest and the largest value are read: by one query, which an index answers. */
    private static Map<String, String> bounds(StructField id, Map<String, String> options) {
        String column = JdbcDialects.get(options.get("url")).quoteIdentifier(id.name());
        Map<String, String> bounds = table(options);
        bounds.remove("numPartitions");
        bounds.put(
                TABLE,
                "(SELECT MIN(%s) AS embark_min, MAX(%s) AS embark_max FROM %s) embark_bounds"
                        .formatted(column, column, bounds.get(TABLE)));
        return bounds;
    }

    /** The same where a query is a table: Spark parts nothing else. */
    private static Map<String, String> table(Map<String, String> options) {
        Map<String, String> table = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        table.putAll(options);
        String query = table.remove(QUERY);
        if (query != null) {
            table.put(TABLE, "(%s) embark_query".formatted(query));
        }
        return table;
    }

    private Dataset<Row> load(Map<String, String> options) {
        return SparkCall.translate(
                () -> spark.read().format(FORMAT).options(options).load(),
                e -> InputErrors.cannotBeReadAs(FORMAT, input, e));
    }
}
