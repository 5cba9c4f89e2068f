/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.embark.EmbedOptions;
import io.embark.Encoding;
import io.embark.EncodingRanges;
import io.embark.encode.Embedder;
import io.embark.model.ModelFolderBuilder;
import io.embark.spark.SharedSpark;
import io.embark.spark.call.EmbeddingMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code embark embed --encoding}: where ranges come from, where they are kept, and who may append to them. */
class EncodingTest {
    private static final List<String> WORDS = List.of("cat", "dog", "mat", "the", "sat", "ran");

    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    private String input;
    private String output;
    private String model;

    @BeforeEach
    void writeAnInputAndAModel() throws IOException {
        String lines = IntStream.range(0, 216)
                .mapToObj(i -> "%d,%s %s %s\n".formatted(i, WORDS.get(i % 6), WORDS.get(i / 6 % 6), WORDS.get(i / 36)))
                .collect(Collectors.joining());
        input = Files.writeString(folder.resolve("in.csv"), "id,text\n" + lines + "216,\n")
                .toString();
        output = folder.resolve("out").toString();
        model = ModelFolderBuilder.in(folder.resolve("model")).write().toString();
    }

    @Test
    void takesRangesFromTheTableAndLeavesThemInTheOutput() throws IOException {
        Outcome outcome = embed(output, "--encoding", "int8", "--report", path("report"));

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.err())
                .contains("embark: embedding up to 10,000 texts, to learn the ranges of their components\n")
                .contains("embark: the ranges of the encoding are those of 216 texts of the table\n");
        assertThat(outcome.out())
                .contains("  vectors int8, 8 bytes each, ranges in %s/_embark_ranges.json\n".formatted(output))
                .contains("  texts   217 asked for, 216 computed; 216 embedded, 1 null,");
        EncodingRanges ranges = recorded(output);
        assertThat(ranges).isEqualTo(rangesOf(texts()));

        Dataset<Row> written = spark.read().parquet(output);
        assertThat(written.schema().apply("embedding").dataType().simpleString())
                .isEqualTo("array<tinyint>");
        EmbeddingMetadata metadata =
                EmbeddingMetadata.of(written.schema().apply("embedding")).orElseThrow();
        assertThat(metadata.encoding()).isEqualTo(Encoding.INT8);
        assertThat(metadata.ranges()).contains(ranges.toString());
        assertThat(metadata.dimension()).isEqualTo(8);
        assertThat(codes(output)).isEqualTo(expected(Encoding.INT8, ranges));

        JsonObject summary = Outcome.summary(Path.of(path("report")));
        assertThat(summary.getAsJsonObject("settings").get("encoding").getAsString())
                .isEqualTo("int8");
        assertThat(summary.getAsJsonObject("model").get("bytesPerVector").getAsInt())
                .isEqualTo(8);
        assertThat(summary.getAsJsonObject("model").get("encoding").getAsString())
                .isEqualTo("int8");
    }

    @Test
    void theSameRangesGiveTheSameCodesOfAPartOfTheTable() throws IOException {
        assertThat(embed(output, "--encoding", "uint8").code()).isZero();
        String part = path("part");
        Outcome outcome = embed(
                part,
                "--encoding",
                "uint8",
                "--where",
                "id % 7 = 0",
                "--encoding-ranges",
                output + "/_embark_ranges.json");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.err()).doesNotContain("ranges");
        List<String> all = codes(output);
        assertThat(codes(part))
                .isEqualTo(IntStream.range(0, 217)
                        .filter(i -> i % 7 == 0)
                        .mapToObj(all::get)
                        .toList());
        assertThat(recorded(part)).isEqualTo(recorded(output));
    }

    @Test
    void rangesDoNotDependOnPartitions() throws IOException {
        spark.read().option("header", true).csv(input).repartition(7).createOrReplaceTempView("seven");
        assertThat(embed(output, "--encoding", "int8").code()).isZero();
        Outcome outcome = Outcome.of(
                "embed", "--sql", "SELECT * FROM seven", "--output", path("b"), "--model", model, "--encoding", "int8");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(recorded(path("b"))).isEqualTo(recorded(output));
        assertThat(codes(path("b"))).isEqualTo(codes(output));
    }

    @ParameterizedTest
    @ValueSource(strings = {"parquet", "json", "orc"})
    void appendsByTheRangesThatAreThereAndNoOthers(String format) throws IOException {
        String[] int8 = {"--encoding", "int8", "--output-format", format};
        assertThat(embed(output, with(int8, "--where", "id < 150")).code()).isZero();
        EncodingRanges ranges = recorded(output);
        Outcome appended = embed(output, with(int8, "--where", "id >= 150", "--mode", "append"));

        assertThat(appended.code()).as(appended.err()).isZero();
        assertThat(appended.err()).doesNotContain("to learn the ranges");
        assertThat(recorded(output)).isEqualTo(ranges);
        assertThat(codes(spark.read().format(format).load(output))).isEqualTo(expected(Encoding.INT8, ranges));

        String others = Files.writeString(
                        folder.resolve("others.json"),
                        EncodingRanges.of(new float[8], new float[8]).toString())
                .toString();
        Outcome refused = embed(output, with(int8, "--encoding-ranges", others, "--mode", "append"));
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.errorLines()).hasSize(3);
        assertThat(refused.errorLines().get(0))
                .isEqualTo(
                        format.equals("parquet")
                                ? "output %s: column 'embedding' holds codes of other ranges".formatted(output)
                                : "output %s: holds vectors of another encoding".formatted(output));
        assertThat(spark.read().format(format).load(output).count()).isEqualTo(217);
    }

    @ParameterizedTest
    @CsvSource({
        "float32, int8, parquet",
        "int8, float32, parquet",
        "int8, uint8, parquet",
        "binary, ubinary, parquet",
        "int8, binary, parquet",
        "int8, binary, orc",
        "float32, uint8, json"
    })
    void refusesToAppendAnotherEncoding(String there, String here, String format) {
        assertThat(embed(output, "--output-format", format, "--encoding", there).code())
                .isZero();
        Outcome refused = embed(output, "--output-format", format, "--encoding", here, "--mode", "append");

        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.errorLines()).hasSize(3);
        assertThat(refused.errorLines().get(0)).endsWith("holds vectors of another encoding");
        if (format.equals("parquet")) {
            assertThat(refused.errorLines().get(1)).isEqualTo("It is %s; appended would be %s.".formatted(there, here));
        }
    }

    @Test
    void writesRangesBesideATableOfTheCatalog() throws IOException {
        spark.sql("CREATE DATABASE encodings LOCATION '%s'".formatted(folder.resolve("db")));
        try {
            Outcome first = table("--where", "id < 150");
            assertThat(first.code()).as(first.err()).isZero();
            Path file = folder.resolve("db/codes/_embark_ranges.json");
            assertThat(first.out()).contains("ranges in %s\n".formatted(file));
            EncodingRanges ranges = EncodingRanges.ofJson(Files.readString(file));
            Outcome second = table("--where", "id >= 150", "--mode", "append");

            assertThat(second.code()).as(second.err()).isZero();
            assertThat(second.err()).doesNotContain("to learn the ranges");
            assertThat(codes(spark.table("encodings.codes"))).isEqualTo(expected(Encoding.INT8, ranges));
            Outcome third = table("--mode", "overwrite");
            assertThat(third.code()).as(third.err()).isZero();
            assertThat(EncodingRanges.ofJson(Files.readString(file))).isEqualTo(rangesOf(texts()));
        } finally {
            spark.sql("DROP DATABASE encodings CASCADE");
        }
    }

    @ParameterizedTest
    @CsvSource({"binary, array<tinyint>", "ubinary, array<smallint>"})
    void packsBitsWithoutRanges(String encoding, String type) {
        Outcome outcome = embed(output, "--encoding", encoding);

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains("  vectors %s, 1 bytes each\n".formatted(encoding));
        assertThat(spark.read()
                        .parquet(output)
                        .schema()
                        .apply("embedding")
                        .dataType()
                        .simpleString())
                .isEqualTo(type);
        assertThat(spark.read()
                        .parquet(output)
                        .schema()
                        .apply("embedding")
                        .metadata()
                        .getLong("arrow.fixed-size-list.size"))
                .isEqualTo(1);
        assertThat(codes(output)).isEqualTo(expected(EmbedOptions.ENCODING.parse(encoding), null));
        assertThat(Path.of(output, "_embark_ranges.json")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({"id < 0, no text", "id = 3, only one text"})
    void refusesToLearnRangesFromNothing(String condition, String texts) {
        Outcome outcome = embed(output, "--encoding", "int8", "--where", condition);

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err())
                .contains(
                        "option encoding: int8 has no ranges, and the table has %s to take them from".formatted(texts))
                .contains("Set --encoding-ranges, to _embark_ranges.json in an output of the same model for instance.");
        assertThat(Path.of(output)).doesNotExist();
    }

    @Test
    void saysWhenThereAreFewTextsToLearnFrom() {
        Outcome outcome = embed(output, "--encoding", "int8", "--where", "id < 9");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.err())
                .contains("those of 9 texts of the table; the codes would be better with those of 100 or more\n");
    }

    @Test
    void aDryRunShowsCodesOrSaysThatTheirRangesAreNotKnown() {
        assertThat(embed(output, "--encoding", "uint8").code()).isZero();
        Outcome unknown = embed(path("new"), "--encoding", "uint8", "--dry-run");
        Outcome known = embed(
                path("new"), "--encoding", "uint8", "--encoding-ranges", output + "/_embark_ranges.json", "--dry-run");

        assertThat(unknown.code()).as(unknown.err()).isZero();
        assertThat(unknown.out())
                .contains("Vectors uint8, 8 bytes each; a run takes their ranges from a sample, shown are components\n")
                .containsPattern("\"cat cat cat\" -> \\[-?0\\.\\d{4}, .*\\], norm 1\\.0000\n");
        assertThat(known.out())
                .contains("Vectors uint8, 8 bytes each\n")
                .containsPattern("\"cat cat cat\" -> \\[\\d+, \\d+, \\d+, \\d+, \\.\\.\\.\\]\n");
        assertThat(Path.of(path("new"))).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "int8, parquet",
        "uint8, parquet",
        "binary, parquet",
        "ubinary, parquet",
        "int8, json",
        "uint8, orc",
        "binary, json"
    })
    void aSearchFindsTheTextItselfAmongCodes(String encoding, String format) {
        Outcome embedded = embed(output, "--encoding", encoding, "--output-format", format);
        assertThat(embedded.code()).as(embedded.err()).isZero();
        List<String> line =
                new ArrayList<>(List.of("search", "--table", output, "--query", "dog ran the", "--top", "9"));
        if (!format.equals("parquet")) {
            line.addAll(List.of("--model", model, "--encoding", encoding));
            if (encoding.endsWith("int8")) {
                line.addAll(List.of("--encoding-ranges", output + "/_embark_ranges.json"));
                assertThat(embedded.out())
                        .contains(" --encoding '%s' --encoding-ranges '%s/_embark_ranges.json' "
                                .formatted(encoding, output));
            }
        }
        Outcome outcome = Outcome.of(line.toArray(new String[0]));

        assertThat(outcome.code()).as(outcome.err()).isZero();
        List<String> lines = outcome.out().lines().toList();
        assertThat(lines).hasSize(10);
        assertThat(lines.get(0)).matches("score +id +text");
        if (encoding.endsWith("binary")) {
            assertThat(lines.get(1)).startsWith("1.0000");
        } else {
            assertThat(lines.get(1)).endsWith("dog ran the");
            assertThat(Double.parseDouble(lines.get(1).substring(0, 6))).isBetween(0.999, 1.0);
        }
    }

    @Test
    void aSearchAmongCodesThatNobodyExplainsIsRefused() {
        assertThat(embed(output, "--encoding", "ubinary", "--output-format", "orc")
                        .code())
                .isZero();
        Outcome outcome = Outcome.of("search", "--table", output, "--query", "a dog", "--model", model);

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.errorLines())
                .containsExactly(
                        "column 'embedding': holds array<smallint>, not vectors in float32",
                        "Codes are arrays of whole numbers, vectors in float32 arrays of floats.",
                        "Say with --encoding how it was embedded and, for int8 and uint8, with --encoding-ranges by which"
                                + " ranges.");
    }

    @Test
    void anExplanationReadsNoRows() {
        Outcome outcome = embed(output, "--encoding", "int8", "--explain");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out()).containsPattern("encoding +int8 +command line\n");
        assertThat(Path.of(output)).doesNotExist();
    }

    private Outcome embed(String to, String... more) {
        return Outcome.of(List.of("embed", "--input", input, "--output", to, "--model", model), more);
    }

    private Outcome table(String... more) {
        return Outcome.of(
                List.of(
                        "embed",
                        "--input",
                        input,
                        "--output-table",
                        "encodings.codes",
                        "--model",
                        model,
                        "--encoding",
                        "int8"),
                more);
    }

    private static String[] with(String[] some, String... more) {
        List<String> all = new ArrayList<>(List.of(some));
        all.addAll(List.of(more));
        return all.toArray(new String[0]);
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private static EncodingRanges recorded(String place) throws IOException {
        return EncodingRanges.ofJson(Files.readString(Path.of(place, "_embark_ranges.json")));
    }

    private List<String> codes(String place) {
        return codes(spark.read().parquet(place));
    }

    /** The codes of all rows by their ids, as texts. */
    private static List<String> codes(Dataset<Row> written) {
        return written.selectExpr("CAST(id AS int) AS id", "embedding").orderBy("id").collectAsList().stream()
                .map(row -> row.isNullAt(1) ? "null" : row.getList(1).toString().replaceFirst("^[A-Za-z]+", ""))
                .toList();
    }

    private List<String> texts() {
        return spark
                .read()
                .option("header", true)
                .csv(input)
                .orderBy(functions.expr("int(id)"))
                .collectAsList()
                .stream()
                .map(row -> row.getString(1))
                .collect(Collectors.toList());
    }

    private List<String> expected(Encoding encoding, EncodingRanges ranges) {
        boolean signed = encoding == Encoding.INT8 || encoding == Encoding.BINARY;
        EmbedOptions options = EmbedOptions.defaults()
                .with(EmbedOptions.MODEL, model)
                .with(EmbedOptions.ENCODING, encoding)
                .with(EmbedOptions.ENCODING_RANGES, ranges);
        List<String> all = new ArrayList<>();
        try (Embedder embedder = Embedder.open(options)) {
            for (byte[] codes : embedder.embedCodes(texts())) {
                all.add(
                        codes == null
                                ? "null"
                                : IntStream.range(0, codes.length)
                                        .map(i -> signed ? codes[i] : Byte.toUnsignedInt(codes[i]))
                                        .mapToObj(Integer::toString)
                                        .collect(Collectors.joining(", ", "[", "]")));
            }
        }
        return all;
    }

    private EncodingRanges rangesOf(List<String> texts) {
        try (Embedder embedder = Embedder.open(EmbedOptions.defaults().with(EmbedOptions.MODEL, model))) {
            float[] min = null;
            float[] max = null;
            for (float[] vector : embedder.embed(texts)) {
                if (vector == null) {
                    continue;
                }
                min = min == null ? vector.clone() : min;
                max = max == null ? vector.clone() : max;
                for (int i = 0; i < vector.length; i++) {
                    min[i] = Math.min(min[i], vector[i]);
                    max[i] = Math.max(max[i], vector[i]);
                }
            }
            return EncodingRanges.of(min, max);
        }
    }
}
