/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.EmbedOptions;
import io.embark.base.Redaction;
import io.embark.job.embed.ErrorReport;
import io.embark.job.session.JobSession;
import io.embark.job.settings.Arguments;
import io.embark.job.settings.RunSecrets;
import io.embark.job.settings.Settings;
import io.embark.job.settings.SettingsReader;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.ModelName;
import io.embark.spark.SharedSpark;
import io.embark.spark.call.EmbeddingMetadata;
import io.embark.spark.version.Scala;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.Utils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import scala.Option;
import scala.util.matching.Regex;

/** Every form of secret at every door: none of them may come out of one. All secrets here hold {@code S3kr3t}. */
class SecretsTest {
    private static final String SECRET = "S3kr3t";

    /** Settings that a run accepts, with what must still be told of them. */
    private static final List<String> SETTINGS = List.of(
            "--sink-option",
            "a.apikey=S3kr3tApi",
            "--sink-option",
            "a.encryptionKey=S3kr3tEncryption",
            "--sink-option",
            "compression=zstd",
            "--source-option",
            "a.url=jdbc:oracle:thin:scott/S3kr3tTiger@dbhost:1521:orcl",
            "--source-option",
            "a.second=jdbc:postgresql://pghost/db?user=me&password=S3kr3tPostgres",
            "--source-option",
            "a.third=jdbc:sqlserver://mshost;user=me;password={S3kr3t;Server}",
            "--source-option",
            "a.fourth=https://blobhost/file?sv=2020&sig=S3kr3tSig",
            "--source-option",
            "a.query=select * from people where name = 'S3kr3t Person'",
            "--set",
            "spark.hadoop.fs.azure.account.key.mine.dfs.core.windows.net=S3kr3tAccount",
            "--set",
            "spark.hadoop.fs.azure.sas.box.mine.blob.core.windows.net=S3kr3tSas",
            "--set",
            "spark.sql.catalog.hub=https://me:S3kr3tHub@hubhost",
            "--where",
            "body <> 'S3kr3t Literal' and body not like 'S3kr3tStart%' and length(body) < 2024 and id <> 'S3kr3tId'");

    private static final List<String> HARMLESS = List.of(
            "sink-option.compression",
            "zstd",
            "sink-option.a.apikey",
            "spark.hadoop.fs.azure.account.key.mine.dfs.core.windows.net",
            "@dbhost:1521:orcl",
            "jdbc:postgresql://pghost/db?user=me&password=",
            "jdbc:sqlserver://mshost;user=me;password=",
            "https://blobhost/file?sv=2020&sig=",
            "select * from people where name = '***'",
            "@hubhost",
            "body <> '***' and body not like '***' and length(body) < 2024 and id <> '***'");

    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    private String input;
    private String model;

    @BeforeEach
    void writeAnInputAndAModel() throws IOException {
        input = folder.resolve("in").toString();
        spark.sql("SELECT 'a' AS id, 'the cat sat' AS body").write().parquet(input);
        model = ModelFolderBuilder.in(folder.resolve("model")).write().toString();
    }

    @Test
    void aRunAndItsReportTellNone() throws IOException {
        Path report = folder.resolve("report");
        Outcome outcome = embed("--output", path("out"), "--report", report.toString());

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertTellsNoSecret(outcome);
        assertThat(Files.readString(report.resolve("summary.json")))
                .doesNotContain(SECRET)
                .contains(HARMLESS);
    }

    @Test
    void anExplanationTellsNone() {
        Outcome outcome = embed("--explain");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertTellsNoSecret(outcome);
        assertThat(outcome.out()).contains(HARMLESS).contains("Filter", "body#", "PushedFilters: [", "2024");
    }

    /** Spark cuts the filters that it shows after 100 characters, wherever that is. */
    @ParameterizedTest
    @ValueSource(ints = {60, 80})
    void anExplanationTellsNoStartOfALiteral(int length) {
        String literal = "S3kr3tPerson".repeat(10).substring(0, length);
        Outcome outcome = Outcome.of(
                "embed",
                "--input",
                input,
                "--text-column",
                "body",
                "--model",
                model,
                "--explain",
                "--where",
                "body <> '" + literal + "'");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertTellsNoSecret(outcome);
    }

    @Test
    void anExplanationOfAQueryTellsNone() {
        Outcome outcome = Outcome.of(
                "embed",
                "--sql",
                "SELECT id, concat(body, 'S3kr3tTail') AS text, upper('s3kr3t folded') AS note FROM parquet.`" + input
                        + "` WHERE id IN ('S3kr3tOne', 'S3kr3tTwo') AND id <> (SELECT max('S3kr3tInner'))"
                        + " AND id <> 'S3kr3t''s' AND born(id) <> 1234567",
                "--model",
                model,
                "--explain");
        Outcome known = Outcome.of(
                "embed",
                "--sql",
                "SELECT id, concat(body, 'S3kr3tTail') AS text, upper('s3kr3t folded') AS note FROM parquet.`" + input
                        + "` WHERE id IN ('S3kr3tOne', 'S3kr3tTwo') AND id <> (SELECT max(id) FROM parquet.`" + input
                        + "` WHERE id <> 'S3kr3tInner') AND id <> 'S3kr3t\\'s' AND length(id) <> 1234567",
                "--model",
                model,
                "--explain");

        assertThat(outcome.code()).isEqualTo(2);
        assertTellsNoSecret(outcome);
        assertThat(known.code()).as(known.err()).isZero();
        assertTellsNoSecret(known);
        assertThat(known.out()).doesNotContain("S3KR3T", "1234567").contains("Scan parquet", "body#", "subquery");
    }

    @Test
    void aDryRunTellsNone() {
        Outcome outcome = embed("--dry-run");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertTellsNoSecret(outcome);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--text-column no_such --verbose",
                "--embedding-column body --output /tmp/x",
                "--batch-tokens 1",
                "--table t",
                "--sink-option apikey:S3kr3tColon",
                "--sink-option apikey S3kr3tStray",
                "--sink-option apikey= S3kr3tStray",
                "--no-such-option S3kr3tStray --password=S3kr3tStray"
            })
    void anErrorTellsNone(String more) {
        Outcome outcome = embed(more.split(" "));

        assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
        assertTellsNoSecret(outcome);
    }

    /** Spark quotes the query, in words of its own. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "no_such = 'S3kr3tPerson'",
                "body = 'S3kr3tPerson",
                "array(body) = 'S3kr3tPerson'",
                "body = date_add('S3kr3tPerson', 'S3kr3tPerson')",
                "assert_true(body = 'S3kr3tPerson', 'S3kr3tPerson') is null",
                "raise_error(concat('S3kr3tPerson', body)) is null"
            })
    void anErrorOfSparkTellsNoLiteral(String condition) {
        String query = "SELECT body AS text FROM parquet.`%s` WHERE %s".formatted(input, condition);
        List<String> command = List.of("embed", "--model", model, "--output", path("out"), "--verbose");
        Outcome narrowed = Outcome.of(command, "--input", input, "--text-column", "body", "--where", condition);
        Outcome queried = Outcome.of(command, "--sql", query);

        assertThat(narrowed.code()).isNotZero();
        assertThat(queried.code()).isNotZero();
        assertTellsNoSecret(narrowed);
        assertTellsNoSecret(queried);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3a://KEY:S3kr3t/Aws@bucket/a",
                "https://user:S3kr3tUser@hub/a",
                "https://S3kr3tToken@hub/a",
                "ftp://me:S3kr3tFtp@nohost.invalid/a",
                "nosuch://me:S3kr3t@Odd@host/a",
                "jdbc:oracle:thin:scott/S3kr3tTiger@host",
                "file:/nowhere/a?sig=S3kr3tSig&x=1",
                "/nowhere/password=S3kr3tPath/a"
            })
    void noDoorTellsTheSecretOfAnAddress(String address) {
        List<List<String>> doors = new ArrayList<>();
        doors.add(List.of("embed", "--input", address, "--model", model, "--output", path("out")));
        doors.add(List.of("embed", "--input", input, "--model", model, "--output", address + "/\0"));
        doors.add(List.of("embed", "--input", input, "--model", model, "--output", path("out"), "--report", address));
        doors.add(List.of("embed", "--input", input, "--model", address, "--output", path("out")));
        doors.add(List.of("embed", "--table", address, "--model", model, "--output", path("out")));
        doors.add(List.of("embed", "--input", input, "--model", model, "--output-table", address));
        doors.add(List.of("embed", "--config", address));
        doors.add(List.of("embed", "--input", input, "--device", address));
        doors.add(List.of("embed", "--sql", "SELECT * FROM parquet.`%s`".formatted(address), "--output", path("out")));
        doors.add(List.of("embed", address));
        doors.add(List.of("search", "--table", address, "--query", "a"));
        doors.add(List.of("inspect", "--model", address));
        for (List<String> door : doors) {
            Outcome outcome = Outcome.of(door, "--verbose");

            assertThat(outcome.code()).as("%s", door).isNotZero();
            assertTellsNoSecret(outcome);
        }
    }

    @Test
    void neitherAPlanNorATableTellsThePasswordOfAModel() {
        String reference = "s3a://KEY:S3kr3t@bucket";
        EmbedOptions options = EmbedOptions.defaults().with(EmbedOptions.MODEL, reference);
        EmbeddingMetadata metadata = EmbeddingMetadata.of("KEY:S3kr3t@bucket", "f", 8, options);

        assertThat(options.toString()).isEqualTo("{model=s3a://%s@bucket}".formatted(Redaction.MASK));
        assertThat(ModelName.of(reference).brief()).doesNotContain(SECRET);
        assertThat(metadata.reference()).isEqualTo("s3a://%s@bucket".formatted(Redaction.MASK));
        assertThat(metadata.options()).containsEntry("model", metadata.reference());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    FATAL: password authentication failed for S3kr3tApi       | FATAL: password authentication failed for *
                    cannot reach host with S3kr3tAccount, S3kr3tSas           | cannot reach host with *, *
                    login S3kr3tTiger refused, S3kr3t%3BServer too            | login * refused, * too
                    the rest S3kr3tAcc... was cut                             | the rest *... was cut
                    """)
    void aSecretIsTakenOutWhereADriverRepeatsIt(String message, String shown) {
        RunSecrets secrets = settings().secrets();

        assertThat(secrets.foreign(message)).isEqualTo(shown.replace("*", Redaction.MASK));
        assertThat(ErrorReport.of(new IllegalStateException("a", new IOException(message)))
                        .without(secrets)
                        .reason())
                .isEqualTo(shown.replace("*", Redaction.MASK));
    }

    @Test
    void sparkTakesThemOutOfItsPagesAndEventLogs() {
        Map<String, String> conf = new HashMap<>(Map.of(
                "spark.hadoop.fs.azure.account.key.mine",
                "S3kr3t",
                "spark.ssl.keyPassword",
                "S3kr3t",
                "spark.master",
                "local"));
        JobSession.redact(conf);
        Option<Regex> keys = Option.apply(new Regex(conf.get("spark.redaction.regex"), Scala.seq(List.of())));
        Option<Regex> texts =
                Option.apply(new Regex(conf.get("spark.sql.redaction.string.regex"), Scala.seq(List.of())));

        assertThat(keys.get()
                        .findFirstIn("spark.hadoop.fs.azure.account.key.mine")
                        .isDefined())
                .isTrue();
        assertThat(keys.get().findFirstIn("spark.hadoop.fs.azure.sas.box.mine").isDefined())
                .isTrue();
        assertThat(keys.get().findFirstIn("spark.ssl.keyPassword").isDefined()).isTrue();
        assertThat(keys.get().findFirstIn("spark.sql.shuffle.partitions").isDefined())
                .isFalse();
        assertThat(Utils.redact(texts, "Scan [s3a://KEY:S3kr3t@bucket/a, jdbc:x://h?password=S3kr3t&a=1, /b]"))
                .isEqualTo("Scan [s3a://%1$s@bucket/a, jdbc:x://h?password=%1$s&a=1, /b]".formatted(Redaction.MASK));
    }

    private static Settings settings() {
        List<String> line = new ArrayList<>(List.of("embed"));
        line.addAll(SETTINGS);
        return SettingsReader.read(
                Arguments.parse(new PrintWriter(new StringWriter()), line.toArray(new String[0]))
                        .orElseThrow(),
                Map.of());
    }

    private Outcome embed(String... more) {
        List<String> command = new ArrayList<>(List.of("embed", "--input", input, "--model", model));
        command.addAll(SETTINGS);
        if (!List.of(more).contains("--text-column")) {
            command.addAll(List.of("--text-column", "body"));
        }
        return Outcome.of(command, more);
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private static void assertTellsNoSecret(Outcome outcome) {
        assertThat(outcome.out().lines().collect(Collectors.joining("\n"))).doesNotContain(SECRET);
        assertThat(outcome.err()).doesNotContain(SECRET);
    }
}
