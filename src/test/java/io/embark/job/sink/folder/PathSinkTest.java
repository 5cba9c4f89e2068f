/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.source.Source;
import io.embark.job.source.SourceRequest;
import io.embark.spark.SharedSpark;
import io.embark.spark.call.EmbeddingMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathSinkTest {
    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    @Test
    void parquetKeepsTheMetadataOfTheVectors() {
        write(WriteMode.ERROR, vectors("m", "f", 3));

        assertThat(EmbeddingMetadata.of(
                        spark.read().parquet(path("out")).schema().apply("embedding")))
                .contains(new EmbeddingMetadata("m", "all-MiniLM-L6-v2", "f", 3, Map.of("max-tokens", "9")));
    }

    @Test
    void refusesAnOutputThatExists() {
        write(WriteMode.ERROR, spark.range(3).toDF());

        assertThatThrownBy(() -> write(WriteMode.ERROR, spark.range(5).toDF()))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("output %s: exists\n".formatted(path("out"))
                        + "With --mode error, the default, an output that exists is left alone.\n"
                        + "Choose another --output, or --mode overwrite or append.");
        assertThat(count()).isEqualTo(3);
    }

    @Test
    void leavesAnOutputAloneThatAppearedMeanwhile() throws IOException {
        Files.createDirectory(folder.resolve("out"));
        Sink sink = sink(WriteMode.ERROR);

        assertThatThrownBy(() -> sink.write(spark.range(5).toDF()))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("output %s: exists\nSomebody wrote it".formatted(path("out")));
        assertThat(entries()).containsExactly("out");
    }

    @Test
    void theNewOutputAdmitsNobodyThatTheOldOneDidNot() throws IOException {
        write(WriteMode.ERROR, spark.range(3).toDF());
        Set<PosixFilePermission> ours = PosixFilePermissions.fromString("rwx--x---");
        Files.setPosixFilePermissions(folder.resolve("out"), ours);
        write(WriteMode.OVERWRITE, spark.range(5).toDF());

        assertThat(count()).isEqualTo(5);
        assertThat(Files.getPosixFilePermissions(folder.resolve("out"))).isEqualTo(ours);
    }

    @Test
    void whatIsPutIntoAnOutputWhileARunEmbedsStays() throws IOException {
        write(WriteMode.ERROR, spark.range(3).toDF());
        Sink sink = sink(WriteMode.OVERWRITE);
        sink.check(spark.range(5).schema(), source());
        Path thesis = Files.writeString(folder.resolve("out/thesis.txt"), "mine");

        assertThatThrownBy(() -> sink.write(spark.range(5).toDF()))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("output %s: holds more than the rows of an output\n".formatted(path("out")));
        assertThat(thesis).hasContent("mine");
        Files.delete(thesis);
        assertThat(count()).isEqualTo(3);
        assertThat(entries()).containsExactly("out");
    }

    @Test
    void replacesTheInputItself() throws IOException {
        write(WriteMode.ERROR, spark.range(3).toDF());
        Dataset<Row> rows = spark.read().parquet(path("out"));
        Source source = Source.of(rows, path("out"), Optional.of(path("out")), true);
        Sink sink = sink(WriteMode.OVERWRITE);
        sink.check(rows.schema(), source);
        sink.write(rows.withColumn("n", functions.lit(1)));

        assertThat(spark.read().parquet(path("out")).columns()).containsExactly("id", "n");
        assertThat(count()).isEqualTo(3);
        assertThat(entries()).containsExactly("out");
    }

    @ParameterizedTest
    @EnumSource(WriteMode.class)
    void aRunThatFailsHalfWayLeavesTheOldOutputAsItWas(WriteMode mode) throws IOException {
        if (mode != WriteMode.ERROR) {
            write(WriteMode.ERROR, spark.range(3).toDF());
        }
        List<String> before = files();

        assertThatThrownBy(() -> write(mode, failingAtTheEnd())).hasStackTraceContaining("half-way");
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void refusesToAppendVectorsOfAnotherModel() {
        write(WriteMode.ERROR, vectors("m", "f", 3));

        assertThatThrownBy(() -> write(WriteMode.APPEND, vectors("m2", "f2", 3)))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("output %s: column 'embedding' holds vectors of another model\n".formatted(path("out"))
                        + "It has m (3 components, fingerprint f); appended would be m2 (3 components, fingerprint f2).\n"
                        + "Write to another output, or replace this one with --mode overwrite.");
        assertThatThrownBy(() -> write(WriteMode.APPEND, vectors("m", "f", 2)))
                .isInstanceOf(EmbarkException.class)
                .hasMessageContaining("It has m (3 components, fingerprint f); appended would be m (2 components");
    }

    @Test
    void refusesToAppendOtherColumnsOrAnotherFormat() {
        write(WriteMode.ERROR, vectors("m", "f", 3));

        assertThatThrownBy(() -> write(WriteMode.APPEND, spark.range(3).toDF()))
                .isInstanceOf(EmbarkException.class)
                .hasMessageContaining("""
                        has other columns than what would be appended
                        It has embedding, id; appended would be id.
                        """);
        assertThatThrownBy(() -> write(WriteMode.APPEND, vectors("m", "f", 3).withColumn("id", functions.lit("a"))))
                .isInstanceOf(EmbarkException.class)
                .hasMessageContaining("column 'id' has another type\nIt is bigint; appended would be string.\n");
        Sink orc = sink(path("out"), "orc", WriteMode.APPEND);
        assertThatThrownBy(() -> orc.check(vectors("m", "f", 3).schema(), source()))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("output %s: cannot be appended to as orc\n".formatted(path("out")));
    }

    @Test
    void refusesAPlaceWhereNothingCanBeWritten() throws IOException {
        Files.writeString(folder.resolve("file"), "x");
        Sink beneathAFile = sink(path("file/out"), "parquet", WriteMode.ERROR);
        Sink root = sink("/", "parquet", WriteMode.OVERWRITE);
        Sink unknown = sink("nosuch://a/b", "parquet", WriteMode.ERROR);

        assertThatThrownBy(() -> beneathAFile.check(spark.range(1).schema(), source()))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("output %s: cannot be written\n".formatted(path("file/out")));
        assertThatThrownBy(() -> root.check(spark.range(1).schema(), source()))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("output /: is the root of a file system\n");
        assertThatThrownBy(() -> unknown.check(spark.range(1).schema(), source()))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith(
                        "output nosuch://a/b: cannot be written\nNo FileSystem for scheme \"nosuch\"\n");
    }

    @Test
    void refusesToReplaceAFolderThatHoldsTheInput() {
        spark.range(3).write().parquet(path("out/in.parquet"));
        Dataset<Row> rows = spark.read().parquet(path("out/in.parquet"));
        Source source = Source.of(rows, "x", Optional.of(path("out/in.parquet")), true);

        assertThatThrownBy(() -> sink(WriteMode.OVERWRITE).check(rows.schema(), source))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("output %s: contains the input\n".formatted(path("out")));
    }

    /** Signs that Spark's readers take for a pattern, and others that somebody may take for something else. */
    @ParameterizedTest
    @ValueSource(strings = {"a[1]", "a{1,2}", "a\\b", "a*b", "a?b", "[", "a b%20c#d+ä"})
    void findsAgainWhatItWroteUnderAnyName(String name) throws IOException {
        SourceRequest read = SourceRequest.ALL;
        Dataset<Row> rows = spark.range(3).toDF();
        Sink first = sink(path(name), "parquet", WriteMode.ERROR);
        first.check(rows.schema(), source());
        first.write(rows);
        Sink second = sink(path(name), "parquet", WriteMode.APPEND);
        second.check(rows.schema(), source());
        second.write(rows);

        assertThat(entries()).containsExactly(name);
        assertThat(second.read(rows.schema()).count()).isEqualTo(6);
        assertThat(Source.files(spark, path(name), read).rows().count()).isEqualTo(6);
        assertThat(Source.pathOrTable(spark, path(name), read).rows().count()).isEqualTo(6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a:b", "/a:b/c", "file:/a/b:c", "hdfs://host:8020/a:b"})
    void refusesANameThatHadoopCannotHold(String path) {
        assertThatThrownBy(() -> sink(path, "parquet", WriteMode.ERROR))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        output %s: has a colon in a name
                        Hadoop takes what stands before it for the scheme of a file system.
                        Choose another --output.""".formatted(path));
        assertThatCode(() -> sink("hdfs://host:8020/a", "parquet", WriteMode.ERROR))
                .doesNotThrowAnyException();
        assertThatCode(() -> sink("file:/a", "parquet", WriteMode.ERROR)).doesNotThrowAnyException();
    }

    private void write(WriteMode mode, Dataset<Row> rows) {
        Sink sink = sink(mode);
        sink.check(rows.schema(), source());
        sink.write(rows);
    }

    private Sink sink(WriteMode mode) {
        return sink(path("out"), "parquet", mode);
    }

    private Sink sink(String path, String format, WriteMode mode) {
        return new FolderKind().open(spark, SinkRequest.folder(path, mode).as(format));
    }

    private Source source() {
        return Source.of(spark.range(1).toDF(), "test", Optional.empty(), true);
    }

    private Dataset<Row> vectors(String model, String fingerprint, int dimension) {
        EmbedOptions options = EmbedOptions.parse(Map.of("max-tokens", "9"));
        return spark.range(2)
                .toDF()
                .select(
                        functions.col("id"),
                        functions
                                .lit(new float[dimension])
                                .as(
                                        "embedding",
                                        EmbeddingMetadata.of(model, fingerprint, dimension, options)
                                                .toMetadata()));
    }

    private Dataset<Row> failingAtTheEnd() {
        return spark.range(0, 100, 1, 4)
                .toDF()
                .where(functions.expr("IF(id = 99, raise_error('half-way') IS NULL, true)"));
    }

    private long count() {
        return spark.read().parquet(path("out")).count();
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private List<String> entries() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }
}
