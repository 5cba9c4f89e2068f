/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.source.Source;
import io.embark.spark.SharedSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SQLContext;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.sources.BaseRelation;
import org.apache.spark.sql.sources.CreatableRelationProvider;
import org.apache.spark.sql.sources.RelationProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a data source would do to rows and files that are there. */
class SourceSinkTest {
    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    @Test
    void aTableOfADatabaseIsNotEmptiedForRowsThatAreNotThereYet() throws SQLException {
        String url = "jdbc:h2:mem:emptied";
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE t AS SELECT x AS id FROM SYSTEM_RANGE(1, 96)");
            Map<String, String> options = Map.of("url", url, "dbtable", "t");
            Dataset<Row> itself = spark.read().format("jdbc").options(options).load();
            for (Dataset<Row> rows : List.of(itself, spark.range(3).toDF())) {
                assertThatThrownBy(() -> write(jdbc(WriteMode.OVERWRITE, options), rows))
                        .isInstanceOf(EmbarkException.class)
                        .hasMessage("""
                                output format jdbc: cannot be replaced at once
                                A database empties a table before it takes the new rows: a run that fails would lose all.
                                Write to a new table, or empty this one first and use --mode append; a table of PostgreSQL is kept up to date by its key with --output-format postgresql.""");
                assertThatThrownBy(() -> check(jdbc(WriteMode.ERROR, options), rows))
                        .isInstanceOf(EmbarkException.class)
                        .hasMessageStartingWith("output format jdbc: exists\n");
                assertThat(itself.count()).isEqualTo(96);
            }

            write(jdbc(WriteMode.APPEND, options), spark.range(4).toDF());
            assertThat(itself.count()).isEqualTo(100);
            Map<String, String> other = Map.of("url", url, "dbtable", "u");
            write(jdbc(WriteMode.ERROR, other), spark.range(5).toDF());
            assertThat(spark.read().format("jdbc").options(other).load().count())
                    .isEqualTo(5);
        }
    }

    @Test
    void filesOfOthersAreNotDeletedForRowsThatAreNotThereYet() throws IOException {
        Path notes = Files.writeString(folder.resolve("notes.txt"), "mine");
        SinkRequest overwrite =
                SinkRequest.folder(folder.toString(), WriteMode.OVERWRITE).as("csv");

        assertThatThrownBy(() -> write(overwrite, spark.range(3).toDF()))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        output %s: cannot be replaced at once
                        For csv, Spark empties a folder before it takes the new rows: a run that fails would lose all.
                        Write to a new --output, empty this one first, or choose --output-format parquet, orc, json or avro.""".formatted(folder));
        assertThat(notes).hasContent("mine");
        String fresh = folder.resolve("fresh").toString();
        write(
                SinkRequest.folder(fresh, WriteMode.OVERWRITE).as("csv"),
                spark.range(3).toDF());
        assertThat(spark.read().csv(fresh).count()).isEqualTo(3);

        Files.createDirectories(folder.resolve("_delta_log"));
        for (String format : List.of("csv", Keeper.class.getName())) {
            assertThatThrownBy(() -> check(
                            SinkRequest.folder(folder.toString(), WriteMode.APPEND)
                                    .as(format),
                            spark.range(3).toDF()))
                    .isInstanceOf(EmbarkException.class)
                    .hasMessageStartingWith("output %s: is a table of Delta Lake\n".formatted(folder));
        }
        assertThat(check(
                        SinkRequest.folder("an index: of:others", WriteMode.APPEND)
                                .as(Keeper.class.getName()),
                        spark.range(3).toDF()))
                .isNotNull();
    }

    /** Only reads. */
    public static final class Reader implements RelationProvider {
        /** Spark makes it. */
        public Reader() {}

        @Override
        public BaseRelation createRelation(SQLContext context, scala.collection.immutable.Map<String, String> options) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void aDataSourceThatOnlyReadsIsNotWritten() {
        SinkRequest request = SinkRequest.folder("a", WriteMode.APPEND).as(Reader.class.getName());

        assertThatThrownBy(() -> check(request, spark.range(3).toDF()))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        option output-format: %s cannot be written
                        This data source only reads.
                        Choose another --output-format.""".formatted(Reader.class.getName()));
    }

    /** Keeps nothing. */
    public static final class Keeper implements CreatableRelationProvider {
        /** Spark makes it. */
        public Keeper() {}

        @Override
        public BaseRelation createRelation(
                SQLContext context,
                SaveMode mode,
                scala.collection.immutable.Map<String, String> options,
                Dataset<Row> rows) {
            throw new UnsupportedOperationException();
        }
    }

    private static SinkRequest jdbc(WriteMode mode, Map<String, String> options) {
        return new SinkRequest(
                Optional.empty(),
                Optional.empty(),
                Optional.of("jdbc"),
                mode,
                options,
                List.of(),
                List.of(),
                Optional.empty(),
                false);
    }

    private void write(SinkRequest request, Dataset<Row> rows) {
        check(request, rows).write(rows);
    }

    private Sink check(SinkRequest request, Dataset<Row> rows) {
        SourceKind kind = new SourceKind();
        assertThat(kind.opens(spark, request)).isTrue();
        Sink sink = kind.open(spark, request);
        sink.check(rows.schema(), Source.of(rows, "test", Optional.empty(), true));
        return sink;
    }
}
