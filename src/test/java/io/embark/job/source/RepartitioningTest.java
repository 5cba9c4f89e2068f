/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.spark.SharedSpark;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RepartitioningTest {
    private static final List<String> ID = List.of("id");

    private final SparkSession spark = SharedSpark.session();

    @ParameterizedTest
    @CsvSource({"0,2,1", "1,2,1", "64,2,1", "65,2,2", "512,2,8", "100000,2,10", "100001,2,11", "50000,64,256"})
    void rowsAreDealtToAllCoresInPortionsThatAreWorthATask(long rows, int cores, long partitions) {
        assertThat(Repartitioning.partitions(rows, cores)).isEqualTo(partitions);
    }

    @Test
    void evenPartitionsStayWhereTheyAre() {
        assertThat(Repartitioning.isFine(List.of(), 2)).isTrue();
        assertThat(Repartitioning.isFine(List.of(60L), 2)).isTrue();
        assertThat(Repartitioning.isFine(Collections.nCopies(8, 1_000L), 2)).isTrue();
        assertThat(Repartitioning.isFine(Collections.nCopies(100, 20_000L), 2)).isTrue();
    }

    @Test
    void fewBigOrUnevenPartitionsDoNotStay() {
        assertThat(Repartitioning.isFine(List.of(10_000L), 2)).isFalse();
        assertThat(Repartitioning.isFine(List.of(10_000L, 10_000L), 2)).isFalse();
        assertThat(Repartitioning.isFine(Collections.nCopies(100, 20_001L), 2)).isFalse();
        assertThat(Repartitioning.isFine(List.of(9_000L, 10L, 10L, 10L, 10L, 10L, 10L, 10L), 2))
                .isFalse();
    }

    @Test
    void spreadsOnePartitionAndLosesNoRow() {
        Repartitioning repartitioning =
                Repartitioning.of(source(spark.range(0, 3_000, 1, 1).toDF(), true), ID, false, Deduplicate.AUTO);

        assertThat(repartitioning.total()).hasValue(3_000);
        assertThat(sizes(repartitioning.rows())).hasSize(8).allSatisfy(size -> assertThat(size)
                .isBetween(300L, 450L));
        assertThat(repartitioning.rows().distinct().count()).isEqualTo(3_000);
    }

    @Test
    void equalTextsStandTogetherInOnePartition() {
        Dataset<Row> rows = spark.range(0, 4_000, 1, 1).selectExpr("id", "concat('text ', id % 1000) AS text");
        Repartitioning repartitioning = Repartitioning.of(source(rows, true), List.of("text"), false, Deduplicate.AUTO);

        List<List<String>> partitions = repartitioning
                .rows()
                .select("text")
                .as(Encoders.STRING())
                .javaRDD()
                .glom()
                .collect();
        assertThat(partitions).hasSize(8).allSatisfy(texts -> assertThat(texts).hasSizeBetween(300, 700));
        List<String> firsts =
                partitions.stream().flatMap(RepartitioningTest::firstOfEach).toList();
        assertThat(firsts).hasSize(1_000).doesNotHaveDuplicates();
    }

    @Test
    void aTextInAGreatPartOfTheRowsStaysSpread() {
        Dataset<Row> rows = spark.range(0, 4_000, 1, 1).selectExpr("id", "if(id % 2 = 0, null, string(id)) AS text");
        Repartitioning repartitioning = Repartitioning.of(source(rows, true), List.of("text"), false, Deduplicate.AUTO);

        assertThat(sizes(repartitioning.rows())).hasSize(8).allSatisfy(size -> assertThat(size)
                .isBetween(400L, 600L));
        assertThat(repartitioning.rows().distinct().count()).isEqualTo(4_000);
    }

    @Test
    void rowsThatAreKnownToRepeatTheirTextsAreDealtOutByThem() {
        Dataset<Row> rows = spark.range(0, 4_000, 1, 1).selectExpr("id", "concat('text ', id % 1000) AS text");
        Dataset<Row> dealt = Repartitioning.ofKnown(
                rows, List.of("text"), new Repartitioning.Known(4_000, 1_000, 4), Deduplicate.AUTO);

        List<String> firsts = dealt.select("text").as(Encoders.STRING()).javaRDD().glom().collect().stream()
                .flatMap(RepartitioningTest::firstOfEach)
                .toList();
        assertThat(firsts).hasSize(1_000).doesNotHaveDuplicates();
    }

    @Test
    void othersAreDealtOutInTurn() {
        Dataset<Row> rows = spark.range(0, 4_000, 1, 1).selectExpr("id", "if(id % 2 = 0, null, string(id)) AS text");
        List<Repartitioning.Known> known =
                List.of(Repartitioning.Known.rows(4_000), new Repartitioning.Known(4_000, 2_001, 2_000));

        assertThat(known).allSatisfy(each -> assertThat(
                        sizes(Repartitioning.ofKnown(rows, List.of("text"), each, Deduplicate.AUTO)))
                .hasSize(8)
                .allSatisfy(size -> assertThat(size).isBetween(450L, 550L)));
    }

    @Test
    void alwaysBringsEqualTextsTogetherThoughRowsLieWellOrOneTextIsInMany() {
        Dataset<Row> rows =
                spark.range(0, 4_000, 1, 8).selectExpr("id", "concat('text ', if(id % 2 = 0, 0, id % 1000)) AS text");
        List<String> text = List.of("text");
        assertThat(Repartitioning.of(source(rows, true), text, false, Deduplicate.AUTO)
                        .rows())
                .isSameAs(rows);

        List<Dataset<Row>> dealt = List.of(
                Repartitioning.of(source(rows, true), text, false, Deduplicate.ALWAYS)
                        .rows(),
                Repartitioning.of(source(rows, false), text, false, Deduplicate.ALWAYS)
                        .rows(),
                Repartitioning.ofKnown(rows, text, Repartitioning.Known.rows(4_000), Deduplicate.ALWAYS));
        assertThat(dealt).allSatisfy(each -> assertThat(
                        each.select("text").as(Encoders.STRING()).javaRDD().glom().collect().stream()
                                .flatMap(RepartitioningTest::firstOfEach))
                .hasSize(501)
                .doesNotHaveDuplicates());
    }

    @Test
    void neverDealsRowsOutInTurn() {
        Dataset<Row> rows = spark.range(0, 4_000, 1, 1).selectExpr("id", "concat('text ', id % 3) AS text");
        List<Dataset<Row>> dealt = List.of(
                Repartitioning.of(source(rows, true), List.of("text"), false, Deduplicate.NEVER)
                        .rows(),
                Repartitioning.ofKnown(
                        rows, List.of("text"), new Repartitioning.Known(4_000, 3, 4), Deduplicate.NEVER));

        assertThat(dealt).allSatisfy(each -> assertThat(sizes(each)).hasSize(8).allSatisfy(size -> assertThat(size)
                .isBetween(450L, 550L)));
    }

    /** The texts that differ from the one before. */
    private static Stream<String> firstOfEach(List<String> texts) {
        return IntStream.range(0, texts.size())
                .filter(i -> i == 0 || !texts.get(i).equals(texts.get(i - 1)))
                .mapToObj(texts::get);
    }

    @Test
    void leavesAGoodInputAlone() {
        Dataset<Row> rows = spark.range(0, 8_000, 1, 8).toDF();

        assertThat(Repartitioning.of(source(rows, true), ID, false, Deduplicate.AUTO)
                        .rows())
                .isSameAs(rows);
    }

    @Test
    void keepsTheRowsOfALimitForTasksThatRunAgain() {
        Repartitioning repartitioning = Repartitioning.of(
                source(spark.range(0, 100_000, 1, 4).toDF().limit(1_000), true), ID, true, Deduplicate.AUTO);

        assertThat(repartitioning.total()).hasValue(1_000);
        assertThat(repartitioning.rows().collectAsList())
                .containsExactlyInAnyOrderElementsOf(repartitioning.rows().collectAsList());
    }

    @Test
    void doesNotRunAQueryTwice() {
        Repartitioning repartitioning =
                Repartitioning.of(source(spark.range(0, 3_000, 1, 1).toDF(), false), ID, false, Deduplicate.AUTO);

        assertThat(repartitioning.total()).isEmpty();
        assertThat(sizes(repartitioning.rows())).hasSize(8);
    }

    private static List<Long> sizes(Dataset<Row> rows) {
        return rows.groupBy(functions.spark_partition_id()).count().collectAsList().stream()
                .map(row -> row.getLong(1))
                .toList();
    }

    private static Source source(Dataset<Row> rows, boolean cheap) {
        return Source.of(rows, "test", Optional.empty(), cheap);
    }
}
