/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.Option;
import io.embark.Stage;
import io.embark.encode.Embedder;
import io.embark.model.ModelFolderBuilder;
import io.embark.spark.EmbarkFunctions;
import io.embark.spark.SharedSpark;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * For each option two calls that differ in nothing else: what they share, and that each has the vectors that it has alone. An
 * option without a pair here fails; one without a stage does not compile, since every factory of {@link Option} takes it first.
 */
class StagesTest {
    private static final String RANGES = "{\"min\": [%1$s], \"max\": [%2$s]}";

    /** One text that is blank, one that repeats, one of more tokens than some calls allow. */
    private static final List<String> TEXTS =
            List.of("a cat", "the dog sat on a mat the cat ran", "", "a cat", "the mat");

    @TempDir
    static Path folder;

    private static String model;
    private static String otherModel;

    private static Dataset<Row> rows;

    @BeforeAll
    static void writeTheModels() {
        model = write("model", 1);
        otherModel = write("other", 2);
        rows = SharedSpark.session()
                .createDataset(TEXTS, Encoders.STRING())
                .toDF("text")
                .coalesce(1)
                .localCheckpoint();
    }

    private static String write(String name, float scale) {
        return ModelFolderBuilder.in(folder.resolve(name))
                .set("config_sentence_transformers.json", "prompts", "{\"query\": \"the dog \"}")
                .set("sentence_bert_config.json", "query_length", "5")
                .scale("embeddings.word_embeddings.weight", scale)
                .write()
                .toString();
    }

    /**
     * Two calls.
     *
     * @param option what they differ in
     * @param one the value of the first, as {@link Option#parse} reads it; null for none
     * @param other that of the second
     * @param both what both choose besides
     * @param changesVectors whether some vectors differ
     */
    private record Pair(Option<?> option, String one, String other, Map<String, String> both, boolean changesVectors) {
        EmbedOptions first() {
            return options(one);
        }

        EmbedOptions second() {
            return options(other);
        }

        private EmbedOptions options(String value) {
            Map<String, String> settings = new TreeMap<>(both);
            settings.putIfAbsent("model", model);
            settings.remove(option.key());
            if (value != null) {
                settings.put(option.key(), value);
            }
            return EmbedOptions.parse(settings);
        }

        @Override
        public String toString() {
            return option.key();
        }
    }

    private static Pair shaping(Option<?> option, String one, String other, String... both) {
        return new Pair(option, one, other, entries(both), true);
    }

    private static Pair neutral(Option<?> option, String one, String other) {
        return new Pair(option, one, other, Map.of(), false);
    }

    private static Map<String, String> entries(String... words) {
        Map<String, String> entries = new TreeMap<>();
        for (int i = 0; i < words.length; i += 2) {
            entries.put(words[i], words[i + 1]);
        }
        return entries;
    }

    static Stream<Pair> pairs() {
        String narrow = ranges(1);
        String wide = ranges(8);
        return Stream.of(
                shaping(EmbedOptions.MODEL, model, otherModel),
                neutral(EmbedOptions.TRUST_MODEL_CODE, null, "true"),
                shaping(EmbedOptions.PROMPT, null, "the dog "),
                shaping(EmbedOptions.PROMPT_NAME, null, "query"),
                shaping(EmbedOptions.TASK, "query", "document"),
                shaping(EmbedOptions.DIMENSIONS, null, "5"),
                shaping(EmbedOptions.NORMALIZE, null, "true"),
                shaping(EmbedOptions.ENCODING, "uint8", "int8", "encoding-ranges", wide),
                shaping(EmbedOptions.ENCODING_RANGES, narrow, wide, "encoding", "int8"),
                neutral(EmbedOptions.PRECISION, null, "float32"),
                neutral(EmbedOptions.DEVICE, null, "cpu"),
                shaping(EmbedOptions.MAX_TOKENS, null, "5"),
                shaping(EmbedOptions.LONG_TEXT, null, "mean", "max-tokens", "5"),
                shaping(EmbedOptions.MAX_TEXT_CHARACTERS, null, "3"),
                shaping(EmbedOptions.BLANK, null, "null"),
                shaping(EmbedOptions.ON_ERROR, null, "null", "blank", "fail"),
                neutral(EmbedOptions.BATCH_TOKENS, null, "16"),
                neutral(EmbedOptions.WINDOW, null, "2"),
                neutral(EmbedOptions.THREADS, null, "1"),
                neutral(EmbedOptions.CACHE_DIR, null, folder.resolve("cache").toString()),
                neutral(EmbedOptions.CACHE_MEGABYTES, null, "500"),
                neutral(EmbedOptions.TUNE_MALLOC, null, "false"));
    }

    private static String ranges(int width) {
        String ends = ", %1$d".formatted(width).repeat(8).substring(2);
        return RANGES.formatted(ends.replace("" + width, "-" + width), ends);
    }

    @Test
    void everyOptionHasAPair() {
        assertThat(pairs().map(pair -> pair.option().key()))
                .containsExactlyElementsOf(
                        EmbedOptions.all().stream().map(Option::key).toList());
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void callsShareWhatDoesNotDependOnTheirDifference(Pair pair) {
        Stage stage = pair.option().stage();
        try (LeasedModels.Lease one = lease(pair.first());
                LeasedModels.Lease other = lease(pair.second())) {
            Embedder first = Embedder.on(one.model(), pair.first());
            Embedder second = Embedder.on(other.model(), pair.second());

            assertThat(one.model() == other.model())
                    .as("share a model")
                    .isEqualTo(stage != Stage.OPEN && stage != Stage.LOAD);
            assertThat(first.sharesPassWith(second))
                    .as("share a pass")
                    .isEqualTo(stage == Stage.COLLECT || stage == Stage.FINISH);
        }
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void driversOpenOneModelForCallsThatNameTheSame(Pair pair) {
        boolean sameFolder =
                pair.option().stage() != Stage.OPEN || pair.option().equals(EmbedOptions.CACHE_MEGABYTES);

        assertThat(DriverModels.key(pair.first()).equals(DriverModels.key(pair.second())))
                .isEqualTo(sameFolder);
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void eachCallHasTheVectorsThatItHasAlone(Pair pair) {
        List<String> first = alone(pair.first());
        List<String> second = alone(pair.second());

        assertThat(first.equals(second)).as("have the same vectors").isEqualTo(!pair.changesVectors());
        assertThat(together(pair.first(), pair.second())).isEqualTo(joined(first, second));
        assertThat(together(pair.second(), pair.first())).isEqualTo(joined(second, first));
    }

    /** What two calls give side by side; what fails alone makes both fail. */
    private static List<String> joined(List<String> first, List<String> second) {
        if (first.size() == 1 || second.size() == 1) {
            return first.size() == 1 ? first : second;
        }
        return IntStream.range(0, first.size())
                .mapToObj(i -> first.get(i) + second.get(i))
                .toList();
    }

    private static List<String> alone(EmbedOptions options) {
        return embedded(EmbarkFunctions.embed(col("text"), options).as("a"));
    }

    private static List<String> together(EmbedOptions first, EmbedOptions second) {
        return embedded(
                EmbarkFunctions.embed(col("text"), first).as("a"),
                EmbarkFunctions.embed(col("text"), second).as("b"));
    }

    /** The vectors of each row to the last bit, or the one line with which the query fails. */
    private static List<String> embedded(Column... columns) {
        try {
            return rows.select(columns).collectAsList().stream()
                    .map(row -> IntStream.range(0, row.size())
                            .mapToObj(i -> String.valueOf(row.<Object>getAs(i)))
                            .reduce("", String::concat))
                    .toList();
        } catch (Exception e) {
            return Stream.iterate((Throwable) e, Objects::nonNull, Throwable::getCause)
                    .filter(EmbarkException.class::isInstance)
                    .map(Throwable::getMessage)
                    .limit(1)
                    .toList();
        }
    }

    private static LeasedModels.Lease lease(EmbedOptions options) {
        return ExecutorModels.lease(Requests.of(options), OptionalInt.empty(), () -> false);
    }
}
