/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.job.sink.Changes;
import io.embark.job.sink.Refreshing;
import io.embark.job.sink.RefreshingContract;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkKind;
import io.embark.job.sink.WriteMode;
import io.embark.job.source.Source;
import io.embark.job.source.SourceRequest;
import io.embark.job.table.TableLabels;
import io.embark.job.table.TablePin;
import io.embark.spark.LakeSpark;
import io.embark.spark.call.EmbeddingMetadata;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table of a lake that is brought up to date: each change of it is one version, which others see whole. */
@Tag("lakes")
abstract class LakeRefreshContract extends RefreshingContract {
    @TempDir
    Path stage;

    /** The table as SQL names it. */
    abstract String table();

    /** How many versions the table has had. */
    abstract long versions();

    @Override
    protected final SparkSession spark() {
        return LakeSpark.session();
    }

    @Override
    protected final SinkKind kind() {
        return new CatalogKind();
    }

    @AfterEach
    void dropTable() {
        spark().sql("DROP TABLE IF EXISTS " + table());
    }

    private List<Row> three() {
        return List.of(row(1L, "one", 10, 0.1f), row(2L, "two", 20, 0.2f), row(3L, "three", 30, 0.3f));
    }

    private void insert(long id) {
        // Classes of tests share their session.
        String view = "added_" + Long.toHexString(System.nanoTime());
        rows(List.of(row(id, "of another", 0, 0.5f))).createOrReplaceTempView(view);
        spark().sql("INSERT INTO %s SELECT * FROM %s".formatted(table(), view));
        spark().catalog().dropTempView(view);
    }

    @Test
    void whatIsThereIsOfOneVersion() {
        write(three());
        Refreshing refreshing = refreshing(sink());
        Dataset<Row> there = refreshing.there().orElseThrow();
        assertThat(refreshing.version().orElseThrow()).matches("(version|snapshot) \\d+");
        String before = refreshing.version().orElseThrow();
        insert(4);

        assertThat(there.count()).isEqualTo(3);
        assertThat(there.where("id = 4").isEmpty()).isTrue();
        assertThat(refreshing.version()).contains(before);
        assertThat(refreshing(sink()).there().orElseThrow().count()).isEqualTo(4);
    }

    @Test
    void whatIsThereSaysWhichModelItsVectorsAreOf() {
        write(three());
        Dataset<Row> there = refreshing(sink()).there().orElseThrow();

        assertThat(EmbeddingMetadata.of(there.schema().apply("embedding")))
                .isEqualTo(EmbeddingMetadata.of(schema().apply("embedding")));
        apply(put(row(9L, "nine", 9, 0.9f)), update(1L, "eins", 1));
        assertThat(EmbeddingMetadata.of(
                        TableLabels.labelled(spark().table(table())).schema().apply("embedding")))
                .isEqualTo(EmbeddingMetadata.of(schema().apply("embedding")));
    }

    @Test
    void noChangesMakeNoVersion() {
        write(three());
        long before = versions();
        Refreshing refreshing = refreshing(sink());
        refreshing.there();

        assertThat(refreshing.apply(changes(), () -> {})).isTrue();
        assertThat(versions()).isEqualTo(before);
    }

    @Test
    void allChangesMakeOneVersion() {
        write(three());
        long before = versions();

        assertThat(apply(put(row(9L, "nine", 9, 0.9f)), update(1L, "eins", 1), mark(2L), delete(3L)))
                .isTrue();
        assertThat(versions()).isEqualTo(before + 1);
    }

    @Test
    void changesAreLostAgainstAnotherCommitSinceTheRowsWereCompared() {
        write(three());
        Refreshing refreshing = refreshing(sink());
        refreshing.there();
        insert(4);
        long before = versions();
        List<String> told = new ArrayList<>();

        assertThat(refreshing.apply(changes(delete(1L), put(row(4L, "four", 4, 0.4f))), () -> told.add("told")))
                .isFalse();
        assertThat(told).isEmpty();
        assertThat(versions()).isEqualTo(before);
        assertThat(spark().table(table()).count()).isEqualTo(4);

        refreshing.there();
        assertThat(refreshing.apply(changes(delete(1L)), () -> {})).isTrue();
        assertThat(spark().table(table()).count()).isEqualTo(3);
    }

    @Test
    void moreChangesMayFollowOurOwn() {
        write(three());
        Refreshing refreshing = refreshing(sink());
        refreshing.there();

        assertThat(refreshing.apply(changes(delete(1L)), () -> {})).isTrue();
        assertThat(refreshing.apply(changes(delete(2L)), () -> {})).isTrue();
        assertThat(spark().table(table()).count()).isEqualTo(1);
    }

    @Test
    void twoRunsThatOnlyAddRowsNeverDoubleAKey() throws Exception {
        for (List<Row> first : List.of(List.<Row>of(), three())) {
            write(first);
            Row[] added = {put(row(7L, "seven", 7, 0.7f)), put(row(8L, "eight", 8, 0.8f))};
            CyclicBarrier together = new CyclicBarrier(2);
            ExecutorService threads = Executors.newFixedThreadPool(2);
            try {
                List<Future<Boolean>> runs = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    Refreshing refreshing = refreshing(sink());
                    refreshing.there();
                    Changes changes = changes(added);
                    runs.add(threads.submit(() -> {
                        together.await();
                        return refreshing.apply(changes, () -> {});
                    }));
                }
                List<Boolean> done = new ArrayList<>();
                for (Future<Boolean> run : runs) {
                    done.add(run.get());
                }
                assertThat(done).as("one of both at least is in").contains(true);
            } finally {
                threads.shutdownNow();
            }
            assertThat(found()).hasSize(first.size() + 2);
            dropTable();
        }
    }

    /** Files of Parquet say of each column, and of each number of a vector, that it may be null. */
    @Test
    void takesChangesFromAStageOfFiles() {
        write(three());
        Changes staged = changes(put(row(9L, "nine", 9, 0.9f)), update(1L, "eins", 1), delete(2L));
        staged.rows().write().parquet(stage.resolve("staged").toString());
        Dataset<Row> read = spark().read().parquet(stage.resolve("staged").toString());

        assertThat(refreshing(sink()).apply(new Changes(read, staged.keys(), staged.kept(), staged.mark()), () -> {}))
                .isTrue();
        assertThat(found().keySet()).containsExactly("1", "3", "9");
        assertThat(found().get("1")).startsWith("1", "eins", "1", "0.1 -0.0");
        assertThat(found().get("9")).startsWith("9", "nine", "9", "0.9 -0.0");
    }

    @Test
    void partitionsMayBeColumnsOfTheKey() {
        Dataset<Row> rows = rows(three());
        Sink sink = kind().open(spark(), place(WriteMode.OVERWRITE).by(List.of("text")));
        sink.check(schema(), Source.of(rows, "test", Optional.empty(), true));
        sink.write(rows);
        Changes by = changes(update(1L, "one", 11), put(row(2L, "zwei", 2, 0.5f)), delete(3L));
        Changes changes = new Changes(by.rows(), List.of("id", "text"), by.kept(), by.mark());

        assertThat(refreshing(sink()).apply(changes, () -> {})).isTrue();
        assertThat(spark().table(table()).where("id = 2").count()).isEqualTo(2);
        assertThat(spark().table(table()).count()).isEqualTo(4);
    }

    @Test
    void columnsAreCalledAsTheTableCallsThem() {
        write(three());
        Changes by = changes(update(1L, "eins", 1), put(row(9L, "nine", 9, 0.9f)));
        Dataset<Row> rows = by.rows().withColumnRenamed("id", "ID").withColumnRenamed("text", "Text");

        assertThat(refreshing(sink()).apply(new Changes(rows, List.of("ID"), by.kept(), by.mark()), () -> {}))
                .isTrue();
        assertThat(spark().table(table()).columns()).isEqualTo(schema().fieldNames());
        assertThat(found().keySet()).containsExactly("1", "2", "3", "9");
    }

    @Test
    void columnsThatTheTableLacksAreAdded() {
        write(three());
        Changes by = changes(update(1L, "eins", 1), put(row(9L, "nine", 9, 0.9f)));
        Dataset<Row> rows = by.rows().withColumn("more", functions.col("id"));
        Refreshing refreshing = refreshing(sink());
        refreshing.there();

        assertThat(refreshing.apply(new Changes(rows, by.keys(), by.kept(), by.mark()), () -> {}))
                .isTrue();
        assertThat(spark().table(table()).where("more = id").count()).isEqualTo(2);
    }

    @Test
    void columnsThatCameAfterTheLastCommitAreThere() {
        write(three());
        spark().sql("ALTER TABLE %s ADD COLUMN later STRING".formatted(table()));
        Dataset<Row> there = refreshing(sink()).there().orElseThrow();

        assertThat(there.columns()).contains("later");
        assertThat(there.where("later IS NULL").select("later").count()).isEqualTo(3);
        assertThat(there.where("id > 1").collectAsList()).hasSize(2);
    }

    @Test
    void aSourceIsReadAtOneVersion() {
        write(three());
        Source source = Source.pathOrTable(spark(), reference(), SourceRequest.ALL.where("id > 1"))
                .pinned();
        assertThat(source.version().orElseThrow()).matches("(version|snapshot) \\d+");
        Source.pathOrTable(spark(), reference(), SourceRequest.ALL).rows().createOrReplaceTempView("seen");
        String query = "SELECT id FROM seen JOIN (SELECT max(id) AS id FROM seen) USING (id)";
        Dataset<Row> settled = TablePin.settled(spark().sql(query)).orElseThrow();
        assertThat(TablePin.settled(spark().sql("SELECT id FROM seen WHERE id IN (SELECT id FROM seen)")))
                .as("what a subquery reads is not looked at")
                .isEmpty();
        insert(4);
        assertThat(settled.as(Encoders.LONG()).collectAsList()).containsExactly(3L);
        assertThat(spark().sql(query).as(Encoders.LONG()).collectAsList()).containsExactly(4L);

        assertThat(source.rows().count()).isEqualTo(2);
        assertThat(source.rows().select("id").as(Encoders.LONG()).collectAsList())
                .containsExactlyInAnyOrder(2L, 3L);
        assertThat(EmbeddingMetadata.of(source.rows().schema().apply("embedding")))
                .isPresent();
        assertThat(Source.pathOrTable(spark(), reference(), SourceRequest.ALL.where("id > 1"))
                        .pinned()
                        .rows()
                        .count())
                .isEqualTo(3);
    }

    private String reference() {
        return sink().reference();
    }

    @Test
    void aSourceIsNotHeldWhereItsRowsMayBeOthersTheNextTime() {
        write(three());
        for (SourceRequest request : List.of(
                SourceRequest.ALL.limit(2),
                SourceRequest.ALL.where("rand() < 2"),
                SourceRequest.ALL.where("current_timestamp() > TIMESTAMP'2020-01-01'"))) {
            Source source = Source.pathOrTable(spark(), reference(), request);
            assertThat(source.pinned()).isSameAs(source);
            assertThat(source.version()).isEmpty();
        }
    }

    /** Sets properties of the table. */
    protected final void set(Map<String, String> properties) {
        properties.forEach((name, value) ->
                spark().sql("ALTER TABLE %s SET TBLPROPERTIES ('%s' = '%s')".formatted(table(), name, value)));
    }
}
