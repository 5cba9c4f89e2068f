/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.model.ModelFolderBuilder;
import io.embark.spark.EmbarkFunctions;
import io.embark.spark.SharedSpark;
import io.embark.spark.version.Scala;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Refreshes of the rows of a program. */
class RefreshTest {
    private static final StructType COLUMNS = new StructType()
            .add("id", DataTypes.LongType)
            .add("version", DataTypes.IntegerType)
            .add("text", DataTypes.StringType);

    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    private String output;
    private EmbedOptions options;

    @BeforeEach
    void writeAModel() throws IOException {
        output = folder.resolve("out").toString();
        Path model = ModelFolderBuilder.in(folder.resolve("model")).write();
        options = EmbedOptions.defaults().with(EmbedOptions.MODEL, model.toString());
    }

    @Test
    void tellsWhatItFoundAndDid() {
        Refreshed first = into(Refresh.of(rows(row(1, 1, "the cat sat"), row(2, 1, "the mat"), row(3, 1, null))))
                .run();
        Dataset<Row> source = rows(row(1, 1, "a cat"), row(2, 2, "the mat"), row(3, 1, null), row(4, 1, "a dog"));
        Refreshed second = into(Refresh.of(source)).run();

        assertThat(first)
                .hasToString("3 new, 0 changed, 0 in other columns only, 0 unchanged, 0 deleted, 0 flagged, 0 kept;"
                        + " 2 embedded, 0 failed");
        assertThat(second)
                .hasToString("1 new, 1 changed, 1 in other columns only, 1 unchanged, 0 deleted, 0 flagged, 0 kept;"
                        + " 2 embedded, 0 failed");
        requireEmbedded(source);
    }

    @Test
    void deletesWhatLeftAWholeSourceIfAsked() {
        into(Refresh.of(rows(row(1, 1, "the cat sat"), row(2, 1, "the mat")))).run();
        Dataset<Row> source = rows(row(1, 1, "the cat sat"));
        Refreshed done = into(Refresh.of(source))
                .set("deleted", "delete")
                .set("max-deleted", "1")
                .run();

        assertThat(done.deleted()).isEqualTo(1);
        requireEmbedded(source);
    }

    @Test
    void aPartOfASourceDeletesNothing() {
        Dataset<Row> all = rows(row(1, 1, "the cat sat"), row(2, 1, "the mat"));
        into(Refresh.of(all)).run();
        Refreshed none = into(Refresh.ofPart(all.limit(0))).run();
        Refreshed one = into(Refresh.ofPart(rows(row(3, 1, "a dog")))).run();

        assertThat(none).extracting(Refreshed::embedded, Refreshed::kept).containsExactly(0L, 2L);
        assertThat(one).extracting(Refreshed::embedded, Refreshed::kept).containsExactly(1L, 2L);
        requireEmbedded(all.union(rows(row(3, 1, "a dog"))));
        Refresh deleting = into(Refresh.ofPart(all)).set("deleted", "delete");
        assertThatExceptionOfType(EmbarkException.class)
                .isThrownBy(deleting::run)
                .withMessage("""
                        option deleted: does not go with a part of the source
                        Rows of the source that were not given would be taken for rows that left it.
                        Leave it out, or give all rows of the source with Refresh.of.""");
    }

    /** A batch that comes twice is unchanged the second time; of a key that comes twice in a batch the last version counts. */
    @Test
    void takesBatchesOfAStream() throws Exception {
        String arrivals = folder.resolve("arrivals").toString();
        write(arrivals, row(1, 1, "the cat sat"), row(1, 2, "the mat"), row(2, 1, "a dog"));
        write(arrivals, row(1, 3, "a cat"));
        List<Long> embedded = Collections.synchronizedList(new ArrayList<>());
        spark.readStream()
                .schema(COLUMNS)
                .option("maxFilesPerTrigger", "1")
                .parquet(arrivals)
                .writeStream()
                .trigger(Trigger.AvailableNow())
                .option("checkpointLocation", folder.resolve("checkpoint").toString())
                .foreachBatch((batch, number) -> {
                    Refresh refresh =
                            into(Refresh.ofPart(batch)).set(Map.of("duplicates", "first", "order-by", "version DESC"));
                    embedded.add(refresh.run().embedded());
                    embedded.add(refresh.run().embedded());
                })
                .start()
                .awaitTermination();

        assertThat(embedded).containsExactly(2L, 0L, 1L, 0L);
        requireEmbedded(rows(row(1, 3, "a cat"), row(2, 1, "a dog")));
    }

    @Test
    void refusesRowsThatDifferAtEachReadWhereAKeyMayStandTwice() {
        into(Refresh.of(rows(row(1, 1, "the cat sat")))).run();
        Dataset<Row> source = rows(row(1, 1, "the mat"))
                .withColumn("version", functions.expr("CAST(unix_micros(current_timestamp()) % 1000000000 AS INT)"));
        Refresh refresh = into(Refresh.of(source)).set("duplicates", "first");

        assertThatExceptionOfType(EmbarkException.class)
                .isThrownBy(refresh::run)
                .withMessage("""
                        the source: 1 row was not there when it was read again
                        A refresh compares the source and then reads it once more. The time of now, for one, differs each time.
                        Write such rows to a table first, or keep them with persist().""");
    }

    /** Else the vectors would be of other options than their fingerprints say. */
    @Test
    void heedsTheSessionOfTheRowsAndNoOther() {
        SparkSession other = spark.newSession();
        other.conf().set("spark.embark.max-tokens", "3");
        Dataset<Row> source = other.createDataFrame(List.of(row(1, 1, "the cat sat on a mat")), COLUMNS);
        into(Refresh.of(source)).run();

        EmbedOptions shorter = options.with(EmbedOptions.MAX_TOKENS, 3);
        assertThat(texts(spark.read().parquet(output).select("embedding")))
                .isEqualTo(texts(source.select(EmbarkFunctions.embed(functions.col("text"), shorter))));
        assertThat(SparkSession.active()).isSameAs(spark);
        assertThat(into(Refresh.of(source)).run().unchanged()).isEqualTo(1);
    }

    @Test
    void isOneCallForOptionsByName() {
        Refreshed done = Refresh.refresh(
                rows(row(1, 1, "the cat sat"), row(2, 1, "the mat")).coalesce(1),
                Map.of(
                        "id-column",
                        "id",
                        "output",
                        output,
                        "limit",
                        1,
                        "quiet",
                        true,
                        "model",
                        options.get(EmbedOptions.MODEL)));

        assertThat(done.embedded()).isEqualTo(1);
        requireEmbedded(rows(row(1, 1, "the cat sat")));
    }

    @Test
    void writesATableOfTheSession() {
        String table = "refreshed_by_a_program";
        spark.sql("DROP TABLE IF EXISTS " + table);
        Dataset<Row> source = rows(row(1, 1, "the cat sat"), row(2, 1, "the mat"));
        Refresh refresh = Refresh.of(source)
                .key("id", "version")
                .intoTable(table)
                .column("text", "v")
                .options(options);

        assertThat(refresh.run().added()).isEqualTo(2);
        assertThat(refresh.run().unchanged()).isEqualTo(2);
        assertThat(spark.table(table).columns())
                .containsExactly("id", "version", "text", "v", "v_text_hash", "v_row_hash", "v_fingerprint");
        spark.sql("DROP TABLE " + table);
    }

    @Test
    void leavesTheSessionAndItsLogAsTheyAre() {
        SparkSession session = spark.newSession();
        session.conf().set("spark.embark.limit", "0");
        session.conf().set("spark.embark.table", "no_such_table");
        Map<String, String> before = Scala.map(session.conf().getAll());
        Level level = LogManager.getRootLogger().getLevel();
        Configurator.setRootLevel(Level.ERROR);
        try {
            Refreshed done = into(Refresh.of(session.createDataFrame(List.of(row(1, 1, "the cat sat")), COLUMNS)))
                    .run();

            assertThat(done.embedded()).isEqualTo(1);
            assertThat(Scala.map(session.conf().getAll())).isEqualTo(before);
            assertThat(LogManager.getRootLogger().getLevel()).isEqualTo(Level.ERROR);
        } finally {
            Configurator.setRootLevel(level);
        }
    }

    @Test
    void refusesOptionsThatNobodyReads() {
        Refresh refresh = Refresh.of(rows(row(1, 1, "the cat sat")));

        assertThatExceptionOfType(EmbarkException.class)
                .isThrownBy(() -> refresh.set("delete", "flag"))
                .withMessageStartingWith("option 'delete' does not exist\n")
                .withMessageEndingWith("Did you mean deleted?");
        for (String key : List.of("input", "mode", "packages", "config")) {
            assertThatExceptionOfType(EmbarkException.class)
                    .isThrownBy(() -> refresh.set(key, "x"))
                    .withMessage("""
                            option %s: cannot be set here
                            The rows are given, the session runs already, and the mode is refresh.
                            Leave it out; it is for the command line.""", key);
        }
        assertThatExceptionOfType(EmbarkException.class)
                .isThrownBy(() -> into(refresh).set("max-deleted", "many").run())
                .withMessageStartingWith("option max-deleted: ");
    }

    private Refresh into(Refresh refresh) {
        return refresh.key("id").intoFolder(output, "parquet").options(options);
    }

    private void requireEmbedded(Dataset<Row> source) {
        Dataset<Row> expected = source.withColumn("embedding", EmbarkFunctions.embed(functions.col("text"), options));
        assertThat(texts(spark.read().parquet(output).select("id", "version", "text", "embedding")))
                .isEqualTo(texts(expected));
    }

    private static List<String> texts(Dataset<Row> rows) {
        return rows.collectAsList().stream().map(Row::toString).sorted().toList();
    }

    private static Row row(long id, int version, String text) {
        return RowFactory.create(id, version, text);
    }

    private Dataset<Row> rows(Row... rows) {
        return spark.createDataFrame(Arrays.asList(rows), COLUMNS);
    }

    private void write(String path, Row... rows) {
        rows(rows).coalesce(1).write().mode("append").parquet(path);
    }
}
