/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.base.Redaction;
import io.embark.job.session.SparkStart;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    @TempDir
    Path folder;

    @Test
    void theMoreImportantPlaceWins() throws IOException {
        String file = file("embark { window = 1, batch-tokens = 100, threads = 1, max-tokens = 11 }");
        Settings settings = resolve(
                Map.of("spark.embark.window", "2", "spark.embark.batch-tokens", "200", "spark.embark.threads", "2"),
                "--config",
                file,
                "--set",
                "window=3",
                "--set",
                "batch-tokens=300",
                "--window",
                "4");

        assertThat(settings.effective())
                .extracting(Settings.Effective::key, Settings.Effective::value, Settings.Effective::origin)
                .contains(
                        tuple("window", "4", "command line"),
                        tuple("batch-tokens", "300", "--set"),
                        tuple("threads", "2", "spark.embark.threads"),
                        tuple("max-tokens", "11", "job.conf:1"),
                        tuple("precision", "auto", "default"),
                        tuple(
                                "format",
                                "",
                                "default: by what lies there: a table of Delta, Iceberg or Hudi, else by the file's extension, else parquet"));
        assertThat(settings.embedOptions())
                .isEqualTo(EmbedOptions.parse(
                        Map.of("window", "4", "batch-tokens", "300", "threads", "2", "max-tokens", "11")));
    }

    @Test
    void aDefaultThatIsAskedForWinsOverALessImportantChoice() {
        Settings settings = resolve(Map.of("spark.embark.window", "2"), "--window", "4096");

        assertThat(settings.embedOptions()).isEqualTo(EmbedOptions.defaults());
    }

    @Test
    void readsAFileWithSectionsListsAndEntries() throws IOException {
        String file = file("""
                # comments are allowed
                input = /data/a.csv
                text-column = [title, body]
                source-option { sep = ";", "a.b" = c }
                spark.sql.shuffle.partitions = 7
                embark {
                  quiet = true
                  prompt = "query: "
                }
                """);
        Settings settings = resolve(Map.of(), "--config", file, "--source-option", "sep=|");

        assertThat(settings.find(JobSettings.INPUT)).contains("/data/a.csv");
        assertThat(settings.find(JobSettings.TEXT_COLUMN)).contains("title,body");
        assertThat(settings.entries(JobSettings.SOURCE_OPTION)).isEqualTo(Map.of("sep", "|", "a.b", "c"));
        assertThat(settings.isOn(JobSettings.QUIET)).isTrue();
        assertThat(settings.embedOptions().get(EmbedOptions.PROMPT)).isEqualTo("query: ");
        assertThat(settings.sparkConf()).containsEntry("spark.sql.shuffle.partitions", "7");
        assertThat(settings.effective())
                .extracting(Settings.Effective::key, Settings.Effective::value, Settings.Effective::origin)
                .contains(
                        tuple("source-option.sep", "|", "command line"),
                        tuple("source-option.a.b", "c", "job.conf:4"),
                        tuple("prompt", "query: ", "job.conf:8"),
                        tuple("spark.sql.shuffle.partitions", "7", "job.conf:5"));
    }

    @Test
    void setIsAboveSparksOwnConfigurationAndTheFileBelow() throws IOException {
        Settings settings = resolve(
                Map.of("spark.a", "submitted", "spark.b", "submitted"),
                "--config",
                file("spark.a = file, spark.b = file, spark.c = file"),
                "--set",
                "spark.a=set");

        assertThat(settings.sparkConf()).isEqualTo(Map.of("spark.a", "set", "spark.b", "submitted", "spark.c", "file"));
    }

    @Test
    void refusesASettingOfSparkSqlThatIsNearlyOneAndWasWrittenForThisRun() throws IOException {
        assertThatThrownBy(() -> resolve(Map.of(), "--set", "spark.sql.shufle.partitions=7"))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        setting spark.sql.shufle.partitions: does not exist
                        Spark SQL would keep it and not heed it.
                        Did you mean spark.sql.shuffle.partitions?""");
        String file = file("spark.sql.session.timezone = UTC");
        assertThatThrownBy(() -> resolve(Map.of(), "--config", file))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        job.conf:1: setting spark.sql.session.timezone: does not exist
                        Spark SQL would keep it and not heed it.
                        Did you mean spark.sql.session.timeZone?""");
    }

    @Test
    void tellsOfOtherSettingsThatSparkSqlDoesNotHeed() {
        Settings settings = resolve(
                Map.of(
                        "spark.sql.shufle.partitions",
                        "7",
                        "spark.sql.lake.nosuch",
                        "a",
                        "spark.sql.ansi.enabled",
                        "true"),
                "--set",
                "spark.sql.iceberg.some.thing=1");

        assertThat(settings.notes())
                .containsExactly(
                        "Spark SQL has no setting spark.sql.iceberg.some.thing; it means something only if a library reads it",
                        "Spark SQL has no setting spark.sql.shufle.partitions and does not heed it;"
                                + " spark.sql.shuffle.partitions is one");
    }

    /** Internal, static and removed ones, and those of catalogs. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "spark.sql.warehouse.dir",
                "spark.sql.extensions",
                "spark.sql.catalogImplementation",
                "spark.sql.catalog.lake.uri",
                "spark.sql.parquet.datetimeRebaseModeInRead",
                "spark.sql.legacy.parquet.datetimeRebaseModeInRead",
                "spark.sql.fromJsonForceNullableSchema",
                "spark.sql.codegen.factoryMode",
                "spark.sql.hive.convertMetastoreParquet",
                "spark.executor.memory"
            })
    void takesASettingThatSparkHas(String key) {
        assertThat(resolve(Map.of(), "--set", key + "=a").notes()).isEmpty();
    }

    @Test
    void oneFileServesSeveralCommands() throws IOException {
        String file = file("input = a, output = b, top = 5, json = true, model = /m");

        assertThat(resolveCommand("search", Map.of("spark.embark.mode", "append"), "--config", file)
                        .require(JobSettings.TOP))
                .isEqualTo(5);
        assertThat(resolveCommand("inspect", Map.of(), "--config", file)
                        .embedOptions()
                        .get(EmbedOptions.MODEL))
                .isEqualTo("/m");
    }

    @Test
    void aSourceOnTheCommandLineDropsThatOfTheFile() throws IOException {
        Settings settings = resolve(Map.of(), "--config", file("input = a, output = b"), "--table", "t");

        assertThat(settings.isChosen(JobSettings.INPUT)).isFalse();
        assertThat(settings.find(JobSettings.TABLE)).contains("t");
        assertThat(settings.find(JobSettings.OUTPUT)).contains("b");
    }

    @Test
    void aPromptsNameOnTheCommandLineDropsThePromptOfTheFile() throws IOException {
        Settings settings = resolve(Map.of(), "--config", file("prompt = a"), "--prompt-name", "query");

        assertThat(settings.embedOptions().toMap()).isEqualTo(Map.of("prompt-name", "query"));
    }

    @Test
    void anEmptyValueInAFileNamedDefaultIsAChoice() throws IOException {
        String file = Files.writeString(folder.resolve("default.conf"), "prompt = \"\"")
                .toString();

        assertThat(resolve(Map.of(), "--config", file).effective())
                .filteredOn(setting -> setting.key().equals("prompt"))
                .singleElement()
                .matches(Settings.Effective::isSet);
    }

    @Test
    void knowsWhatExecutorsReadAmongTheKeysOfSparksConfiguration() {
        assertThatThrownBy(() -> resolve(Map.of("spark.embark.max-model", "2")))
                .isInstanceOf(EmbarkException.class)
                .hasMessageContaining(", max-models, ")
                .hasMessageEndingWith(
                        "\nDid you mean spark.embark.max-models? Take the other one back, in SQL with RESET"
                                + " spark.embark.max-model.");
    }

    @Test
    void refusesTwoSourcesInOnePlace() {
        assertThatThrownBy(() -> resolve(Map.of(), "--input", "a", "--table", "t"))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        options input and table: more than one is given
                        A run has one source and one sink.
                        Keep one of them.""");
    }

    @Test
    void aFormatFromALessImportantPlaceGoesWithItsInput() throws IOException {
        String file = file("input = a\nformat = csv\nsource-option { sep = \";\" }\n");

        Settings settings = resolve(Map.of(), "--config", file, "--table", "t");
        assertThat(settings.isChosen(JobSettings.FORMAT)).isFalse();
        assertThat(settings.entries(JobSettings.SOURCE_OPTION)).isEmpty();
        assertThat(resolve(Map.of(), "--config", file, "--input", "b").get(JobSettings.FORMAT))
                .isEqualTo("csv");
        assertThat(resolve(Map.of(), "--format", "csv", "--table", "t").get(JobSettings.FORMAT))
                .isEqualTo("csv");
    }

    @Test
    void optionsOfReadersAndWritersMayStandInTheEnvironmentOrAFile() throws IOException {
        Map.Entry<String, String> variable = System.getenv().entrySet().stream()
                .filter(entry ->
                        entry.getKey().matches("[A-Z]+") && entry.getValue().length() > 4)
                .findFirst()
                .orElseThrow();
        String secret = file("hidden word\n");
        Settings settings = resolve(
                Map.of(),
                "--source-option",
                "user=env:" + variable.getKey(),
                "--sink-option",
                "password=file:" + secret,
                "--source-option",
                "place=file:/a");

        assertThat(settings.entries(JobSettings.SOURCE_OPTION))
                .containsEntry("user", variable.getValue())
                .containsEntry("place", "file:/a");
        assertThat(settings.entries(JobSettings.SINK_OPTION)).containsEntry("password", "hidden word");
        assertThat(settings.effective())
                .filteredOn(setting -> setting.key().equals("sink-option.password"))
                .extracting(Settings.Effective::value, Settings.Effective::origin)
                .containsExactly(tuple("*********(redacted)", "command line, file " + secret));
        assertThat(settings.secrets().text("found hidden word there")).doesNotContain("hidden word");
        assertThat(resolve(Map.of(), "--set", "spark.sql.catalog.pg.password=env:" + variable.getKey())
                        .sparkConf())
                .containsEntry("spark.sql.catalog.pg.password", variable.getValue());
        assertThat(resolve(Map.of(), "--set", "spark.sql.catalog.pg.user=env:" + variable.getKey())
                        .sparkConf())
                .as("no secret: left as it is")
                .containsEntry("spark.sql.catalog.pg.user", "env:" + variable.getKey());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "password=env:EMBARK_NO_SUCH_VARIABLE | option source-option.password: its value is to come from the environment",
                "password=file:/nowhere/secret | option source-option.password: file /nowhere/secret cannot be read"
            })
    void aValueThatIsNotThereIsTold(String entry, String problem) {
        assertThatThrownBy(() -> resolve(Map.of(), "--source-option", entry))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith(problem + "\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    mode=merge          | error, overwrite, append, refresh
                    limit=-1            | 0 to 2147483647 rows
                    limit=many          | 0 to 2147483647 rows
                    quiet=maybe         | true, false
                    device=tpu          | auto, cpu, gpu
                    window=0            | 1 to 1048576 rows
                    """)
    void refusesAValueAndNamesTheOnesThatArePossible(String setting, String values) {
        String key = setting.substring(0, setting.indexOf('='));
        String value = setting.substring(setting.indexOf('=') + 1);

        assertThatThrownBy(() -> resolve(Map.of(), "--set", setting))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("option %s: '%s' is not a possible value\nIt takes %s.\nSet %s to one of these"
                        .formatted(key, value, values, key));
    }

    @Test
    void refusesAnUnknownKeyInEveryPlaceAndNamesTheNearest() throws IOException {
        String file = file("\n\nembark.modell = x");

        assertThatThrownBy(() -> resolve(Map.of(), "--config", file))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("job.conf:3: option 'modell' does not exist\nThe options are ")
                .hasMessageEndingWith("\nDid you mean model?");
        assertThat(resolve(Map.of("spark.embark.max-models", "2")).sparkConf())
                .as("what an executor reads, and no command")
                .containsEntry("spark.embark.max-models", "2");
        assertThatThrownBy(() -> resolve(Map.of("spark.embark.batch-token", "1")))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith(
                        "spark.embark.batch-token: option 'batch-token' does not exist\nThe options are ")
                .hasMessageEndingWith(
                        "\nDid you mean spark.embark.batch-tokens? Take the other one back, in SQL with RESET"
                                + " spark.embark.batch-token.");
        assertThatThrownBy(() -> resolve(Map.of(), "--set", "wherre=1"))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("option 'wherre' does not exist\nThe options are ")
                .hasMessageEndingWith("\nDid you mean where?");
        assertThatThrownBy(() -> resolve(Map.of(), "--set", "model.x=1"))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("option 'model.x' does not exist\n");
    }

    @Test
    void refusesEntriesWithoutAnEqualsSign() {
        assertThatThrownBy(() -> resolve(Map.of(), "--set", "quiet"))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        option set: 'quiet' is not of the form K=V
                        It takes a key, an equals sign and a value.
                        Write --set KEY=VALUE.""");
    }

    @Test
    void refusesAFileThatIsMissingOrBroken() throws IOException {
        String broken = file("input = {");

        assertThatThrownBy(() -> resolve(Map.of(), "--config", "/nowhere.conf"))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        configuration file /nowhere.conf: cannot be read
                        There is no such file.
                        Name an existing file with --config.""");
        assertThatThrownBy(() -> resolve(Map.of(), "--config", broken))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("configuration file %s: is not valid HOCON\n".formatted(broken));
    }

    /** As people copy them from a file of Spark's properties. */
    @Test
    void refusesAFileThatLosesASettingToALongerOne() throws IOException {
        String lost = file("""
                spark.sql.catalog.lake = a.Catalog
                spark.sql.catalog.lake.type = hadoop
                """);
        assertThatThrownBy(() -> resolve(Map.of(), "--config", lost))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        job.conf: spark.sql.catalog.lake has a value that is lost
                        HOCON makes a section of it, because spark.sql.catalog.lake.type stands there too.
                        Write both in quotes: "spark.sql.catalog.lake" = ... and "spark.sql.catalog.lake.type" = ...""");

        String quoted = file("""
                "spark.sql.catalog.lake" = a.Catalog
                "spark.sql.catalog.lake.type" = hadoop
                """);
        assertThat(resolve(Map.of(), "--config", quoted).sparkConf())
                .containsEntry("spark.sql.catalog.lake", "a.Catalog")
                .containsEntry("spark.sql.catalog.lake.type", "hadoop");
    }

    @Test
    void takesSecretsOutOfWhatIsShownButNotOutOfWhatIsUsed() {
        Settings settings = resolve(
                Map.of(),
                "--source-option",
                "password=p1",
                "--set",
                "spark.hadoop.fs.s3a.access.key=k",
                "--input",
                "ftp://me:p2@host/a",
                "--batch-tokens",
                "64");

        assertThat(settings.effective())
                .extracting(Settings.Effective::key, Settings.Effective::value, Settings.Effective::origin)
                .contains(
                        tuple("source-option.password", "*********(redacted)", "command line"),
                        tuple("spark.hadoop.fs.s3a.access.key", "*********(redacted)", "--set"),
                        tuple("input", "ftp://*********(redacted)@host/a", "command line"),
                        tuple("batch-tokens", "64", "command line"));
        assertThat(settings.entries(JobSettings.SOURCE_OPTION)).isEqualTo(Map.of("password", "p1"));
    }

    @Test
    void sparksOwnPatternSaysWhatElseIsASecret() {
        Settings settings = resolve(
                Map.of("spark.redaction.regex", "(?i)colou?r"),
                "--sink-option",
                "color=red",
                "--sink-option",
                "paint=my Color",
                "--sink-option",
                "token=t",
                "--sink-option",
                "size=3");

        assertThat(settings.effective())
                .extracting(Settings.Effective::key, Settings.Effective::value, Settings.Effective::origin)
                .contains(
                        tuple("sink-option.color", "*********(redacted)", "command line"),
                        tuple("sink-option.paint", "*********(redacted)", "command line"),
                        tuple("sink-option.token", "*********(redacted)", "command line"),
                        tuple("sink-option.size", "3", "command line"));
    }

    /** Spark would take it into its configuration, and nobody would read it there. */
    @Test
    void refusesSettingsThatOnlySparkSubmitReads() throws IOException {
        String file = file("spark.driver.extraClassPath = /opt/a.jar");

        assertThatThrownBy(() -> resolve(Map.of(), "--set", "spark.driver.memory=8g"))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        setting spark.driver.memory: comes too late
                        spark-submit reads it before it starts the process that reads this.
                        Set EMBARK_DRIVER_MEMORY, or write EMBARK_SPARK_OPTIONS="--driver-memory SIZE".""");
        assertThatThrownBy(() -> resolve(Map.of(), "--set", "spark.jars.packages=a:b:c"))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        setting spark.jars.packages: comes too late
                        spark-submit reads it before it starts the process that reads this.
                        Write --packages G:A:V, or packages = "G:A:V" in a file.""");
        assertThatThrownBy(() -> resolve(Map.of(), "--config", file))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        job.conf:1: setting spark.driver.extraClassPath: comes too late
                        spark-submit reads it before it starts the process that reads this.
                        Write EMBARK_SPARK_OPTIONS="--conf spark.driver.extraClassPath=VALUE".""");
        assertThat(resolve(Map.of("spark.driver.memory", "8g"), "--set", "spark.driver.memory=8g")
                        .sparkConf())
                .containsEntry("spark.driver.memory", "8g");
    }

    @Test
    void whatTheJobAddsToSparksConfigurationIsShownWithItsReason() {
        Settings settings = resolve(Map.of("spark.jars", "a.jar"), "--packages", "g:a:1")
                .withSpark(List.of(
                        new SparkStart.Added("spark.jars", "a.jar,b.jar", "packages"),
                        new SparkStart.Added("spark.sql.extensions", "E", "Delta is on the class path")));

        assertThat(settings.sparkConf())
                .containsEntry("spark.jars", "a.jar,b.jar")
                .containsEntry("spark.sql.extensions", "E");
        assertThat(settings.effective())
                .filteredOn(setting -> !setting.origin().startsWith("default"))
                .extracting(Settings.Effective::key, Settings.Effective::value, Settings.Effective::origin)
                .containsExactly(
                        tuple("packages", "g:a:1", "command line"),
                        tuple("spark.sql.extensions", "E", "Delta is on the class path"));
    }

    @Test
    void anotherCommandGetsTheSameSparkByWordsWithoutSecrets() throws IOException {
        String file = file("packages = \"in:the:file\", spark.sql.shuffle.partitions = 7");

        assertThat(resolve(Map.of("spark.a", "b"), "--config", file, "--quiet", "--set", "spark.hadoop.x=y z")
                        .wordsOfSpark())
                .containsExactly("--config", file, "--set", "spark.hadoop.x=y z");
        assertThat(resolve(Map.of(), "--packages", "a:b:1", "--set", "spark.hadoop.fs.s3a.secret.key=hidden-key")
                        .wordsOfSpark())
                .containsExactly("--packages", "a:b:1", "--set", "spark.hadoop.fs.s3a.secret.key=" + Redaction.MASK);
        assertThat(resolve(Map.of(), "--set", "window=3").wordsOfSpark()).isEmpty();
    }

    @Test
    void saysWhichSettingIsMissing() {
        assertThatThrownBy(() -> resolveCommand("search", Map.of()).require(JobSettings.QUERY))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        option query: is missing
                        embark search cannot do without it. What to search for.
                        Add --query TEXT.""");
    }

    private String file(String content) throws IOException {
        return Files.writeString(folder.resolve("job.conf"), content).toString();
    }

    private static Settings resolve(Map<String, String> submitted, String... args) {
        return resolveCommand("embed", submitted, args);
    }

    private static Settings resolveCommand(String command, Map<String, String> submitted, String... args) {
        List<String> line = new ArrayList<>(List.of(command));
        line.addAll(List.of(args));
        Arguments arguments = Arguments.parse(new PrintWriter(new StringWriter()), line.toArray(new String[0]))
                .orElseThrow();
        return SettingsReader.read(arguments, submitted);
    }
}
