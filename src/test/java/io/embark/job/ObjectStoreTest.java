/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.job.embed.SinkKinds;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.sink.table.Recovery;
import io.embark.job.source.Source;
import io.embark.spark.SharedSpark;
import io.embark.spark.call.EmbeddingMetadata;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileUtil;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders on S3, by Hadoop's own client, against a server that writes down each request. */
@Tag("object-store")
class ObjectStoreTest {
    private static final String SERVER = System.getProperty("embark.s3");
    private static final Path FIGURES = Path.of("target", "object-store.txt");
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static final String OTHERS = "part-00007-2f5c8e1a-0000-4000-8000-000000000000-c000.snappy.parquet";

    /** What somebody else does while rows are computed. */
    private static final AtomicReference<Runnable> OTHER = new AtomicReference<>();

    private final SparkSession spark = SharedSpark.session().newSession();
    private String output;

    @BeforeAll
    static void begin() throws Exception {
        Files.deleteIfExists(FIGURES);
        HTTP.send(
                HttpRequest.newBuilder(URI.create(SERVER + "/bucket"))
                        .PUT(HttpRequest.BodyPublishers.noBody())
                        .header(
                                "Authorization",
                                "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/s3/aws4_request,"
                                        + " SignedHeaders=host, Signature=0")
                        .build(),
                HttpResponse.BodyHandlers.discarding());
    }

    @BeforeEach
    void connect() {
        spark.conf().set("fs.s3a.endpoint", SERVER);
        spark.conf().set("fs.s3a.access.key", "key");
        spark.conf().set("fs.s3a.secret.key", "word");
        spark.conf().set("fs.s3a.path.style.access", "true");
        spark.conf().set("fs.s3a.connection.ssl.enabled", "false");
        spark.conf().set("fs.s3a.attempts.maximum", "1");
        spark.conf().set("fs.s3a.retry.limit", "1");
    }

    @ParameterizedTest
    @CsvSource({"file, 1", "magic, 0"})
    void writesEachFileOnceAndCopiesItAtMostOnce(String committer, int copies) throws Exception {
        spark.conf().set("fs.s3a.committer.name", committer);
        output = "s3a://bucket/counted-%s/out".formatted(committer);
        int files = 0;
        for (WriteMode mode : List.of(WriteMode.ERROR, WriteMode.OVERWRITE, WriteMode.APPEND)) {
            Set<String> old = new HashSet<>(parts());
            control("mark/%s-%s".formatted(committer, mode));
            long started = System.nanoTime();
            write(mode, 0, 20_000);
            double seconds = (System.nanoTime() - started) / 1e9;
            List<String> requests = requestsSince("MARK %s-%s".formatted(committer, mode));
            Set<String> added = new HashSet<>(parts());
            added.removeAll(old);
            files = added.size();

            assertThat(files).isEqualTo(4);
            for (String name : added) {
                assertThat(sent(requests, name)).as("%s", requests).isEqualTo(1);
                assertThat(with(requests, "COPY", name)).as("%s", requests).isEqualTo(copies);
            }
            for (String name : old) {
                assertThat(with(requests, "COPY", name)).isZero();
                assertThat(with(requests, "DELETE", name)).isEqualTo(mode == WriteMode.OVERWRITE ? 1 : 0);
            }
            assertThat(rows().count()).isEqualTo(mode == WriteMode.APPEND ? 40_000 : 20_000);
            assertThat(rows().distinct().exceptAll(made(0, 20_000)).count()).isZero();
            figure("20,000 rows, --mode %s, committer %s: %s new files, %s copies of each, %s requests, %.1f seconds"
                    .formatted(
                            mode.name().toLowerCase(Locale.ROOT), committer, files, copies, requests.size(), seconds));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "file, ERROR, 8",
        "file, OVERWRITE, 7",
        "file, APPEND, 9",
        "magic, ERROR, 12",
        "magic, OVERWRITE, 11",
        "magic, APPEND, 13"
    })
    void whateverRequestIsTheLastTheNextRunSettlesIt(String committer, WriteMode mode, int step) throws Exception {
        spark.conf().set("fs.s3a.committer.name", committer);
        List<Long> before = mode == WriteMode.ERROR ? List.of() : ids(0, 20);
        List<Long> after = new ArrayList<>(mode == WriteMode.APPEND ? before : List.of());
        after.addAll(ids(100, 120));
        int tried = 0;
        int settledAsNew = 0;
        for (int last = 1; ; last += step) {
            output = "s3a://bucket/killed-%s-%s-%s/out".formatted(committer, mode, last);
            if (mode != WriteMode.ERROR) {
                write(WriteMode.ERROR, 0, 20);
            }
            control("refuse/" + last);
            boolean failed = false;
            try {
                write(mode, 100, 120);
            } catch (Exception e) {
                failed = true;
            }
            control("accept");
            List<String> said = new Recovery(spark, true).ofFolder(output);
            List<String> again = new Recovery(spark, true).ofFolder(output);
            List<Long> found = parts().isEmpty()
                    ? List.of()
                    : rows().select("id").collectAsList().stream()
                            .map(row -> row.getLong(0))
                            .sorted()
                            .toList();

            assertThat(found).as("%s: %s", last, said).isIn(before, after);
            assertThat(again).as("%s: %s", last, said).isEmpty();
            tried++;
            settledAsNew += found.equals(after) ? 1 : 0;
            if (!failed && said.isEmpty()) {
                break;
            }
        }
        assertThat(tried).isGreaterThan(4);
        figure("--mode %s, committer %s: refused after %s different requests, %s times new, else as before"
                .formatted(mode.name().toLowerCase(Locale.ROOT), committer, tried, settledAsNew));
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "magic"})
    void rowsThatSomebodyElsePutsThereMeanwhileAreNotLost(String committer) throws Exception {
        spark.conf().set("fs.s3a.committer.name", committer);
        output = "s3a://bucket/others-%s/out".formatted(committer);
        write(WriteMode.ERROR, 0, 20);
        Set<String> before = new HashSet<>(parts());
        String old = before.iterator().next();
        OTHER.set(() -> copy(old, OTHERS));
        spark.udf()
                .register(
                        "embark_test_meanwhile",
                        (UDF1<Long, Boolean>) id -> {
                            OTHER.get().run();
                            return true;
                        },
                        DataTypes.BooleanType);
        Dataset<Row> rows = made(100, 101).where("embark_test_meanwhile(id)");

        assertThatThrownBy(() -> write(WriteMode.OVERWRITE, rows))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("output %s: somebody else wrote it while this run embedded\n".formatted(output))
                .hasMessageContaining("1 file of rows that were not there when the run began, as " + OTHERS);
        before.add(OTHERS);
        assertThat(parts()).containsExactlyInAnyOrderElementsOf(before);
        write(WriteMode.APPEND, rows);
        assertThat(parts()).containsAll(before).hasSizeGreaterThan(before.size());
        assertThat(new Recovery(spark, true).ofFolder(output)).isEmpty();
        figure("committer %s: rows of somebody else that came while an overwrite embedded stay, and it fails"
                .formatted(committer));
    }

    /** Another object with the rows of one that is there. */
    private void copy(String from, String to) {
        try {
            var conf = spark.sessionState().newHadoopConf();
            var folder = new org.apache.hadoop.fs.Path(output);
            var files = folder.getFileSystem(conf);
            FileUtil.copy(
                    files,
                    new org.apache.hadoop.fs.Path(folder, from),
                    files,
                    new org.apache.hadoop.fs.Path(folder, to),
                    false,
                    true,
                    conf);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(WriteMode mode, int from, int to) {
        write(mode, made(from, to));
    }

    private void write(WriteMode mode, Dataset<Row> rows) {
        Sink sink = SinkKinds.open(spark, SinkRequest.folder(output, mode));
        sink.check(rows.schema(), Source.of(spark.range(1).toDF(), "test", Optional.empty(), true));
        sink.write(rows);
    }

    private Dataset<Row> made(int from, int to) {
        return spark.range(from, to, 1, 4)
                .select(
                        functions.col("id"),
                        functions
                                .expr("transform(sequence(1, 32), i -> float(sin(id * i)))")
                                .as(
                                        "embedding",
                                        EmbeddingMetadata.of("m", "f", 32, EmbedOptions.defaults())
                                                .toMetadata()));
    }

    private static List<Long> ids(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }

    private Dataset<Row> rows() {
        return spark.read().parquet(output);
    }

    /** The names of the files of rows. */
    private List<String> parts() throws IOException {
        org.apache.hadoop.fs.Path folder = new org.apache.hadoop.fs.Path(output);
        var files = folder.getFileSystem(spark.sessionState().newHadoopConf());
        if (!files.exists(folder)) {
            return List.of();
        }
        return Stream.of(files.listStatus(folder))
                .map(status -> status.getPath().getName())
                .filter(name -> name.startsWith("part-"))
                .toList();
    }

    /** How many times a file was sent; an upload in parts begins once. */
    private static long sent(List<String> requests, String name) {
        return requests.stream()
                .filter(line -> line.matches(".*/" + name + "\\?(uploads.*)?"))
                .filter(line -> (line.startsWith("PUT ") && !line.contains("__magic"))
                        || (line.startsWith("POST ") && line.contains("?uploads")))
                .count();
    }

    private static long with(List<String> requests, String method, String name) {
        return requests.stream()
                .filter(line -> line.startsWith(method + " ") && line.matches(".*/out/" + name + "\\?.*"))
                .count();
    }

    private static List<String> requestsSince(String mark) throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(Path.of(System.getProperty("embark.s3.requests"))));
        return lines.subList(lines.lastIndexOf(mark) + 1, lines.size());
    }

    private static void control(String what) throws Exception {
        HTTP.send(
                HttpRequest.newBuilder(URI.create("%s/control/%s".formatted(SERVER, what)))
                        .build(),
                HttpResponse.BodyHandlers.discarding());
    }

    private static void figure(String line) throws IOException {
        Files.writeString(FIGURES, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
