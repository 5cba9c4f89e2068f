/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.job.CopyingFileSystem;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.source.Source;
import io.embark.spark.SharedSpark;
import io.embark.spark.call.EmbeddingMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PartitionedFolderTest {
    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(FolderFormat.class)
    void makesAFolderForEachValueAndAppendsToItUntold(FolderFormat format) throws IOException {
        write(format, WriteMode.ERROR, List.of("DAY", "lang"), rows(0, 6));
        write(format, WriteMode.APPEND, List.of(), rows(4, 10));

        assertThat(folders()).containsExactly("day=1/lang=a", "day=1/lang=b", "day=2/lang=a", "day=2/lang=b");
        assertThat(ids()).containsExactly("0", "1", "2", "3", "4", "4", "5", "5", "6", "7", "8", "9");
        assertThat(folder.resolve("out/day=1/lang=b"))
                .isDirectoryContaining(file -> file.getFileName().toString().startsWith("part-"));
        assertThat(sink(format, WriteMode.APPEND, List.of())
                        .read(rows(0, 1).schema())
                        .columns())
                .contains("embedding", "day", "lang");
    }

    @Test
    void appendsToThePartitionsThatItIsToldIfTheyAreThose() throws IOException {
        write(FolderFormat.PARQUET, WriteMode.ERROR, List.of("lang"), rows(0, 4));
        write(FolderFormat.PARQUET, WriteMode.APPEND, List.of("Lang"), rows(4, 6));

        assertThat(folders()).containsExactly("lang=a", "lang=b");
        assertThatThrownBy(() -> check(WriteMode.APPEND, List.of("day"), rows(0, 1)))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("output %s: has other partitions\n".formatted(folder.resolve("out"))
                        + "It is partitioned by lang; appended would be by day.\n"
                        + "Leave --partition-by out, or write to another output.");
    }

    @Test
    void doesNotPartitionWhatHasNoPartitions() {
        write(FolderFormat.PARQUET, WriteMode.ERROR, List.of(), rows(0, 4));

        assertThatThrownBy(() -> check(WriteMode.APPEND, List.of("day"), rows(0, 1)))
                .isInstanceOf(EmbarkException.class)
                .hasMessageContaining("It is partitioned by no column; appended would be by day.");
    }

    @Test
    void aReplacementHasThePartitionsOfWhatItReplacesOrThoseThatItIsTold() throws IOException {
        write(FolderFormat.PARQUET, WriteMode.ERROR, List.of("day"), rows(0, 6));
        write(FolderFormat.PARQUET, WriteMode.OVERWRITE, List.of(), rows(6, 9));
        assertThat(folders()).containsExactly("day=1", "day=2");
        assertThat(ids()).containsExactly("6", "7", "8");

        write(FolderFormat.PARQUET, WriteMode.OVERWRITE, List.of("lang"), rows(9, 12));
        assertThat(folders()).containsExactly("lang=a", "lang=b");

        write(FolderFormat.PARQUET, WriteMode.OVERWRITE, List.of(), rows(0, 2).drop("lang"));
        assertThat(folders()).isEmpty();
        assertThat(ids()).containsExactly("0", "1");
    }

    /** As replacing all of it would lose the days that get no rows. */
    @Test
    void isNotReplacedWhereOnlyPartitionsAreToBe() throws IOException {
        write(FolderFormat.PARQUET, WriteMode.ERROR, List.of("day"), rows(0, 6));
        SparkSession dynamic = spark.newSession();
        dynamic.conf().set("spark.sql.sources.partitionOverwriteMode", "DYNAMIC");
        String message = """
                output %s: cannot be replaced partition by partition
                partitionOverwriteMode is dynamic, by --sink-option or by the session's spark.sql.sources.partitionOverwriteMode; \
                files are replaced all together.
                Write a table of Delta or Iceberg, which can; or replace all of it: --sink-option partitionOverwriteMode=static.""".formatted(folder.resolve("out"));

        assertThatThrownBy(() -> replace(spark, List.of("day"), Map.of("PartitionOverwriteMode", "Dynamic")))
                .isInstanceOf(EmbarkException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> replace(dynamic, List.of(), Map.of())).hasMessage(message);
        assertThat(ids()).containsExactly("0", "1", "2", "3", "4", "5");

        replace(dynamic, List.of(), Map.of("partitionOverwriteMode", "static"));
        assertThat(ids()).containsExactly("8");
    }

    private void replace(SparkSession session, List<String> partitions, Map<String, String> options) {
        SinkRequest request = SinkRequest.folder(folder.resolve("out").toString(), WriteMode.OVERWRITE)
                .by(partitions)
                .with(options);
        Sink sink = new FolderKind().open(session, request);
        sink.check(rows(8, 9).schema(), source());
        sink.write(rows(8, 9));
    }

    @Test
    void foldersWithoutFilesAreNoPartitions() throws IOException {
        String store = CopyingFileSystem.SCHEME + ":" + folder.resolve("out");
        spark.conf().set("fs.%s.impl".formatted(CopyingFileSystem.SCHEME), CopyingFileSystem.class.getName());
        for (WriteMode mode : List.of(WriteMode.ERROR, WriteMode.OVERWRITE)) {
            List<String> columns = mode == WriteMode.ERROR ? List.of("day", "lang") : List.of("lang");
            new FolderKind()
                    .open(spark, SinkRequest.folder(store, mode).by(columns))
                    .write(rows(0, 4));
        }
        assertThat(folder.resolve("out/day=1")).doesNotExist();

        Files.createDirectories(folder.resolve("out/day=1/lang=c"));
        write(FolderFormat.PARQUET, WriteMode.APPEND, List.of(), rows(4, 6));
        assertThat(folders()).containsExactly("lang=a", "lang=b");
    }

    @Test
    void findsEachValueAgainWhateverStandsInIt() throws IOException {
        List<String> values = List.of("a/b", "50%", "x=y", "ä ü", "..", "a:b", "it's", "{1}", "new\nline", "p=1/q");
        Dataset<Row> rows = spark.range(values.size())
                .toDF()
                .withColumn(
                        "_Key of it.all",
                        functions.element_at(
                                functions.lit(values.toArray(String[]::new)),
                                functions.col("id").plus(1).cast("int")));
        write(FolderFormat.PARQUET, WriteMode.ERROR, List.of("_key of it.all"), rows);
        write(FolderFormat.PARQUET, WriteMode.APPEND, List.of(), rows);

        Dataset<Row> read = spark.read().parquet(folder.resolve("out").toString());
        assertThat(read.count()).isEqualTo(2L * values.size());
        assertThat(read.exceptAll(rows).exceptAll(rows).count()).isZero();
        assertThat(entries(folder)).containsExactly("out");
    }

    @Test
    void refusesColumnsThatCannotBeFolders() {
        assertRefused("DAYS", "column 'DAYS': does not exist");
        assertRefused("embedding", """
                column 'embedding': cannot tell partitions apart
                It is array<float>.
                Name columns of few values, such as a date or a language.""");
        assertThatThrownBy(() ->
                        check(WriteMode.ERROR, List.of("id"), spark.range(2).toDF()))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        option partition-by: names all columns
                        With id in the names of folders, files would have no column.
                        Name columns of few values, such as a date or a language.""");
        assertThatThrownBy(() ->
                        check(WriteMode.ERROR, List.of(".h"), spark.range(2).withColumn(".h", functions.lit(1))))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        column '.h': cannot be in the names of folders
                        Readers pass over names that begin with a dot.
                        Give it another name with --sql.""");
    }

    @Test
    void saysWhatReadersMakeOfTheValues() {
        assertThat(sink(FolderFormat.PARQUET, WriteMode.ERROR, List.of("day")).note())
                .contains("readers take day from the names of folders and guess the type: a text 007 is 7 there, and an"
                        + " empty text is null");
        write(FolderFormat.PARQUET, WriteMode.ERROR, List.of("day"), rows(0, 2));
        assertThat(sink(FolderFormat.PARQUET, WriteMode.APPEND, List.of()).note())
                .isPresent();
    }

    private void assertRefused(String column, String message) {
        assertThatThrownBy(() -> check(WriteMode.ERROR, List.of(column), rows(0, 1)))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith(message);
    }

    private Sink sink(FolderFormat format, WriteMode mode, List<String> partitions) {
        return new FolderKind()
                .open(
                        spark,
                        SinkRequest.folder(folder.resolve("out").toString(), mode)
                                .as(format.sparkName())
                                .by(partitions));
    }

    private void check(WriteMode mode, List<String> partitions, Dataset<Row> rows) {
        sink(FolderFormat.PARQUET, mode, partitions).check(rows.schema(), source());
    }

    private void write(FolderFormat format, WriteMode mode, List<String> partitions, Dataset<Row> rows) {
        Sink sink = sink(format, mode, partitions);
        sink.check(rows.schema(), source());
        sink.write(rows);
    }

    private Source source() {
        return Source.of(spark.range(1).toDF(), "test", Optional.empty(), true);
    }

    /** Rows with texts of numbers, which readers of the folders take for numbers. */
    private Dataset<Row> rows(int from, int to) {
        return spark.range(from, to, 1, 2)
                .select(
                        functions.col("id"),
                        functions.expr("string(1 + id % 2)").as("day"),
                        functions.expr("if(id % 4 < 2, 'a', 'b')").as("lang"),
                        functions
                                .lit(new float[] {1})
                                .as(
                                        "embedding",
                                        EmbeddingMetadata.of("m", "f", 1, EmbedOptions.defaults())
                                                .toMetadata()));
    }

    private List<String> ids() throws IOException {
        String format = entries(folder.resolve("out")).toString();
        Dataset<Row> read = null;
        for (FolderFormat kind : FolderFormat.values()) {
            try (Stream<Path> files = Files.walk(folder.resolve("out"))) {
                if (files.anyMatch(file -> file.toString().endsWith("." + kind.sparkName()))) {
                    read = spark.read()
                            .format(kind.sparkName())
                            .load(folder.resolve("out").toString());
                }
            }
        }
        assertThat(read).as(format).isNotNull();
        return read.select(functions.col("id").cast("string")).collectAsList().stream()
                .map(row -> row.getString(0))
                .sorted()
                .toList();
    }

    /** The folders that hold files. */
    private List<String> folders() throws IOException {
        Path out = folder.resolve("out");
        try (Stream<Path> files = Files.walk(out)) {
            return files.filter(file -> file.getFileName().toString().startsWith("part-"))
                    .map(file -> out.relativize(file.getParent()).toString())
                    .filter(name -> !name.isEmpty())
                    .distinct()
                    .sorted()
                    .toList();
        }
    }

    private static List<String> entries(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
