/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.input_file_name;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.monotonically_increasing_id;
import static org.apache.spark.sql.functions.spark_partition_id;
import static org.apache.spark.sql.functions.udf;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Where a row was read from stays the same beside its vector, above it and below, whoever asks. */
class InputFileTest extends PlannedRows {
    private static final String READERS = "spark.sql.sources.useV1SourceList";
    private static final String FILES_OF_A_TASK = "spark.sql.files.minPartitionNum";
    private static final Column BLOCK =
            expr("concat(input_file_name(), ' ', input_file_block_start(), '+', input_file_block_length())");
    private static final Column HIGH = first("text").gt(-9);

    /** Each makes a column {@code place} of where rows come from, and a vector. */
    private record Query(String name, UnaryOperator<Dataset<Row>> of) {}

    private static final List<Query> QUERIES = List.of(
            query("beside", t -> t.select(col("id"), input_file_name().as("place"), model.embed("text"))),
            query("above", t -> t.withColumn("emb", model.embed("text")).withColumn("place", input_file_name())),
            query("below", t -> t.withColumn("place", input_file_name()).withColumn("emb", model.embed("text"))),
            query("in the text", t -> t.withColumn("place", input_file_name())
                    .withColumn("emb", model.embed(concat(input_file_name(), col("text"))))),
            query("block", t -> t.select(col("id"), BLOCK.as("place"), model.embed("text"))),
            query("above a filter by the vector", t -> t.filter(HIGH).withColumn("place", input_file_name())),
            query("in a filter beside the vector", t -> t.filter(
                            HIGH.and(input_file_name().contains("part-")))
                    .withColumn("place", input_file_name())),
            query("above two nodes", t -> t.filter(HIGH)
                    .filter(first("other").gt(-9))
                    .withColumn("place", input_file_name())
                    .withColumn("emb", model.embed(concat(col("text"), col("other"))))),
            query("above a generator", t -> t.withColumn("emb", model.embed("text"))
                    .withColumn("x", explode(array(col("id"), lit(-7L))))
                    .filter(col("emb").getItem(0).plus(col("x")).gt(-9))
                    .withColumn("place", input_file_name())
                    .filter("x = -7")),
            query("grouped", t -> t.filter(HIGH)
                    .groupBy(col("id"), input_file_name().as("place"))
                    .agg(count(model.embed("other").getItem(0)))),
            query("joined with the node", t -> t.filter(HIGH)
                    .withColumn("place", input_file_name())
                    .join(
                            t.select(col("id").as("i"), model.embed("other").as("e")),
                            col("id").equalTo(col("i")))),
            query(
                    "joined with rows of no file",
                    t -> t.filter(HIGH).join(t.sparkSession().range(100), "id").withColumn("place", input_file_name())),
            query("united", t -> t.filter(HIGH.and(expr("half = 0")))
                    .withColumn("place", input_file_name())
                    .union(t.filter(HIGH.and(expr("half = 1"))).withColumn("place", input_file_name()))),
            query("handed to a function", t -> t.withColumn("emb", model.embed("text"))
                    .withColumn(
                            "place",
                            udf((UDF1<String, String>) file -> file, DataTypes.StringType)
                                    .apply(input_file_name()))));

    private static Query query(String name, UnaryOperator<Dataset<Row>> of) {
        return new Query(name, of);
    }

    @BeforeAll
    static void writeFiles() {
        Dataset<Row> written = rows.repartitionByRange(4, col("id"));
        written.write().parquet(folder.resolve("parquet").toString());
        written.write().json(folder.resolve("json").toString());
        // Files of one task, of which the state must change between rows.
        SharedSpark.session().conf().set(FILES_OF_A_TASK, 1);
    }

    @AfterAll
    static void restoreTheTasks() {
        SharedSpark.session().conf().unset(FILES_OF_A_TASK);
    }

    @AfterEach
    void restoreTheReaders() {
        spark.conf().unset(READERS);
    }

    static Stream<Arguments> queries() {
        return QUERIES.stream()
                .flatMap(query -> Stream.of("parquet", "json").map(format -> Arguments.of(query.name(), format)));
    }

    @ParameterizedTest
    @MethodSource("queries")
    void namesTheFileOfEachRow(String name, String format) {
        boolean first = format.equals("parquet");
        adapt(first);
        spark.conf().set(READERS, first ? format : "");
        Dataset<Row> table =
                spark.read().format(format).load(folder.resolve(format).toString());
        Column place = name.equals("block") ? BLOCK : input_file_name();
        Map<Long, String> expected = places(table.select(col("id"), place.as("place")));
        assertThat(expected.values().stream().distinct()).hasSize(4);
        Query query =
                QUERIES.stream().filter(q -> q.name().equals(name)).findFirst().orElseThrow();

        assertThat(places(query.of().apply(table))).isEqualTo(expected);
    }

    private static Map<Long, String> places(Dataset<Row> rows) {
        return collect(rows).stream().collect(Collectors.toMap(row -> row.getAs("id"), row -> row.getAs("place")));
    }

    @Test
    void rowsAreNumberedAsWithoutVectors() {
        Dataset<Row> table = spark.read().parquet(folder.resolve("parquet").toString());
        List<Row> expected = table.select(col("id"), monotonically_increasing_id(), spark_partition_id())
                .orderBy("id")
                .collectAsList();

        assertThat(collect(table.withColumn("emb", model.embed("text"))
                                .withColumn("number", monotonically_increasing_id())
                                .withColumn("partition", spark_partition_id())
                                .orderBy("id"))
                        .stream()
                        .map(row -> List.of(row.getAs("id"), row.getAs("number"), row.getAs("partition"))))
                .containsExactlyElementsOf(expected.stream()
                        .map(row -> List.of(row.get(0), row.get(1), row.get(2)))
                        .toList());
    }
}
