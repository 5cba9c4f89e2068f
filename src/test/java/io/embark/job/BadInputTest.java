/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.model.ModelFolderBuilder;
import io.embark.spark.SharedSpark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments.ArgumentSet;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is wrong with a request: exit code 2, three lines, no stack trace, and an output that was there untouched. */
class BadInputTest {
    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    private String input;
    private String output;
    private String model;

    @BeforeEach
    void writeAnInputAnOutputAndAModel() throws IOException {
        input = Files.writeString(folder.resolve("in.csv"), "id,body\n1,the cat\n2,a dog\n")
                .toString();
        output = folder.resolve("out").toString();
        spark.range(3).write().parquet(output);
        model = ModelFolderBuilder.in(folder.resolve("model")).write().toString();
    }

    static Stream<ArgumentSet> requests() {
        return Stream.of(
                request("a missing input", Map.of("input", "/nowhere.csv"), "input /nowhere.csv: does not exist"),
                request("a missing column", Map.of("text-column", "bodi"), "column 'bodi': does not exist"),
                request("a missing id column", Map.of("id-column", "key"), "column 'key': does not exist"),
                request("a missing model", Map.of("model", "/nowhere"), "model /nowhere: no such folder"),
                request("a missing table", Map.of("table", "nowhere", "input", ""), "table nowhere: does not exist"),
                request("a wrong query", Map.of("sql", "SELECT", "input", ""), "option sql: "),
                request(
                        "a wrong call in a query",
                        Map.of("sql", "SELECT embed('a', null, map('dimension', '4')) AS text", "input", ""),
                        "embed('a'): option 'dimension' does not exist"),
                request("a wrong condition", Map.of("where", "x = 1"), "option where: 'x = 1' does not hold"),
                request("an output that exists", Map.of("mode", "error"), "output "),
                request("columns that do not fit", Map.of("mode", "append"), "output "),
                request("an unknown option", Map.of("modell", "x"), "option 'modell' does not exist"),
                request("an unknown setting", Map.of("set", "modell=x"), "option 'modell' does not exist"),
                request(
                        "a format that is not there",
                        Map.of("format", "delta"),
                        "option format: 'delta' is no data source"),
                request(
                        "a format that is misspelt",
                        Map.of("format", "parqet"),
                        "option format: 'parqet' is no data source"),
                request("a name that is taken", Map.of("embedding-column", "Body"), "column 'body': exists already"),
                request("a value out of range", Map.of("batch-tokens", "1"), "option batch-tokens: '1' is not"),
                request("two sources", Map.of("table", "t"), "options input and table: more than one is given"),
                request("a report below a file", Map.of("report", "pom.xml/a"), "report pom.xml/a: cannot be written"),
                request(
                        "more dimensions than the model has",
                        Map.of("dimensions", "9"),
                        "option dimensions: 9 is more"),
                request("more tokens than the model takes", Map.of("max-tokens", "17"), "option max-tokens: 17 is"),
                request("a prompt that is none", Map.of("prompt-name", "q"), "option prompt-name: model model has no"),
                request(
                        "an option that Spark refuses",
                        Map.of("sink-option", "compression=nope"),
                        "the request cannot be"),
                request("a GPU", Map.of("device", "gpu"), "option device: gpu is not available"),
                request("a precision for GPUs", Map.of("precision", "float16"), "option precision: float16 is not for"),
                request("a report in a file", Map.of("report", "pom.xml"), "report pom.xml: cannot be written"));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void isRefused(Map<String, String> changes, String problem) throws IOException {
        Map<String, String> settings = good();
        settings.putAll(changes);

        assertRefused(problem, settings);
    }

    @Test
    void anUnknownKeyInAFileIsRefused() throws IOException {
        Map<String, String> settings = good();
        settings.put(
                "config",
                Files.writeString(folder.resolve("job.conf"), "embark {\n  modell = x\n}\n")
                        .toString());

        assertRefused("job.conf:2: option 'modell' does not exist", settings);
    }

    @Test
    void aWrongValueInAFileIsRefusedWithItsPlace() throws IOException {
        Map<String, String> settings = good();
        settings.put(
                "config",
                Files.writeString(folder.resolve("job.conf"), "embark {\n  window = many\n}\n")
                        .toString());

        assertRefused("job.conf:2: option window: 'many' is not a possible value", settings);
    }

    @Test
    void aCsvRecordOfAnotherLengthIsRefused() throws IOException {
        Files.writeString(Path.of(input), "id,body\n1,the cat\n2,a dog,too,many\n");
        Map<String, FileTime> before = files();
        Outcome outcome = Outcome.of(line(good()));

        assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
        assertThat(outcome.errorLines())
                .containsExactly(
                        "input: a CSV record has fewer or more cells than there are columns",
                        "Malformed CSV record: 2,a dog,too,many",
                        "Repair it; or name another separator, such as --source-option 'sep=;'; or add --source-option"
                                + " mode=PERMISSIVE: missing cells are null then, others dropped.");
        assertThat(files()).isEqualTo(before);
    }

    static Stream<ArgumentSet> models() {
        return Stream.of(
                model("without a tokenizer", builder -> builder.without("tokenizer.json")
                        .write()),
                model("with a truncated weights file", builder -> {
                    Path file = builder.write().resolve("model.safetensors");
                    rewrite(file, bytes -> Arrays.copyOf(bytes, bytes.length / 2));
                }),
                model("with a corrupt weights file", builder -> {
                    Path file = builder.write().resolve("model.safetensors");
                    rewrite(file, bytes -> {
                        Arrays.fill(bytes, 0, 64, (byte) 0x7f);
                        return bytes;
                    });
                }),
                model("with a wrong shape", builder -> builder.tensor("embeddings.LayerNorm.weight", 7L)
                        .write()),
                model("with a missing tensor", builder -> builder.withoutTensor("embeddings.LayerNorm.weight")
                        .write()),
                model("with only pickle files", builder -> {
                    Path written = builder.write();
                    move(written.resolve("model.safetensors"), written.resolve("pytorch_model.bin"));
                }),
                model("of an unknown architecture", builder -> builder.set("config.json", "model_type", "\"mamba\"")
                        .write()));
    }

    @ParameterizedTest
    @MethodSource("models")
    void aModelIsRefused(Consumer<ModelFolderBuilder> spoil) throws IOException {
        Path spoilt = folder.resolve("spoilt");
        spoil.accept(ModelFolderBuilder.in(spoilt));
        Map<String, String> settings = good();
        settings.put("model", spoilt.toString());

        assertRefused("", settings);
    }

    @Test
    void nothingBeneathIsShownUnlessAskedFor() {
        Map<String, String> settings = good();
        settings.put("model", "/nowhere");

        assertThat(Outcome.of(line(settings), "--verbose").err())
                .contains("embark: model /nowhere: no such folder\n")
                .contains("\tat io.embark.");
    }

    private void assertRefused(String problem, Map<String, String> settings) throws IOException {
        Map<String, FileTime> before = files();
        Outcome outcome = Outcome.of(line(settings));

        assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).contains("embark: " + problem).doesNotContain("\tat ", "Exception");
        assertThat(outcome.errorLines()).hasSize(3).allSatisfy(line -> assertThat(line.strip())
                .isNotEmpty());
        assertThat(files()).isEqualTo(before);
    }

    private Map<String, String> good() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("input", input);
        settings.put("text-column", "body");
        settings.put("output", output);
        settings.put("mode", "overwrite");
        settings.put("model", model);
        return settings;
    }

    private static List<String> line(Map<String, String> settings) {
        List<String> line = new ArrayList<>(List.of("embed"));
        settings.forEach((key, value) -> {
            if (!value.isEmpty()) {
                line.addAll(List.of("--" + key, value));
            }
        });
        return line;
    }

    private Map<String, FileTime> files() throws IOException {
        Map<String, FileTime> files = new LinkedHashMap<>();
        try (Stream<Path> found = Files.walk(folder.resolve("out"))) {
            for (Path file : found.sorted().toList()) {
                files.put(file.toString(), Files.getLastModifiedTime(file));
            }
        }
        return files;
    }

    private static ArgumentSet request(String name, Map<String, String> changes, String problem) {
        return org.junit.jupiter.params.provider.Arguments.argumentSet(name, changes, problem);
    }

    private static ArgumentSet model(String name, Consumer<ModelFolderBuilder> spoil) {
        return org.junit.jupiter.params.provider.Arguments.argumentSet(name, spoil);
    }

    private static void rewrite(Path file, UnaryOperator<byte[]> change) {
        try {
            Files.write(file, change.apply(Files.readAllBytes(file)), StandardOpenOption.TRUNCATE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
