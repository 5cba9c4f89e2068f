/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.model.ModelFolder;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.ModelFolderBuilder.Format;
import io.embark.model.ModelReference;
import io.embark.model.weights.DataType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Small networks with random weights against {@link ReferenceBert}. */
class EncoderTest {
    private static final double MAX_DIFFERENCE = 1e-5;
    private static final int HEADS = 2;
    private static final int WORDS = 20;
    private static final int POSITIONS = 16;

    /** Single texts, runs of equally long ones, every position, and an order that no sorting would give. */
    private static final int[] LENGTHS = {1, 3, 3, 16, 5, 5, 5, 2, 16, 16, 1, 1, 9, 3};

    @TempDir
    Path temporary;

    private ModelFolderBuilder builder;

    @BeforeAll
    static void loadNatives() {
        TorchRuntime.start(EmbedOptions.defaults());
        TorchRuntime.enterComputeThread();
    }

    @BeforeEach
    void build() {
        builder = ModelFolderBuilder.in(temporary.resolve("tiny")).file("modules.json", """
                [{"path": "", "type": "sentence_transformers.models.Transformer"},
                 {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]""");
        // Far enough from zero that the activations differ from each other and attention from a plain mean.
        for (int i = 0; i < 2; i++) {
            String layer = "encoder.layer." + i + ".";
            builder.scale(layer + "intermediate.dense.weight", 8)
                    .scale(layer + "attention.self.query.weight", 4)
                    .scale(layer + "attention.self.key.weight", 4)
                    .scale(layer + "attention.output.LayerNorm.weight", 4)
                    .scale(layer + "output.LayerNorm.weight", 4);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gelu", "gelu_new", "relu", "silu"})
    void computesEveryActivation(String activation) {
        builder.set("config.json", "hidden_act", "\"" + activation + "\"");
        assertSameAsReference(1e-12, activation, List.of("mean"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gelu_new", "relu", "silu"})
    void theReferenceTellsTheActivationsApart(String activation) {
        ModelFolder folder = open();
        ReferenceBert other = new ReferenceBert(folder, HEADS, 1e-12, activation);
        ReferenceBert gelu = new ReferenceBert(folder, HEADS, 1e-12, "gelu");
        assertThat(texts()).anySatisfy(text -> assertThat(
                        largestDifference(gelu.embed(text, List.of("mean")), other.embed(text, List.of("mean"))))
                .isGreaterThan(10 * MAX_DIFFERENCE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cls",
                "max",
                "mean",
                "mean_sqrt_len_tokens",
                "weightedmean",
                "lasttoken",
                "cls,mean",
                "lasttoken,max,weightedmean",
                "mean_sqrt_len_tokens,cls,max,mean,weightedmean,lasttoken"
            })
    void poolsInEveryMode(String modes) {
        List<String> names = List.of(modes.split(","));
        String json = names.stream().map(name -> '"' + name + '"').collect(Collectors.joining(", ", "[", "]"));
        builder.file("1_Pooling/config.json", "{\"embedding_dimension\": 8, \"pooling_mode\": %s}".formatted(json));
        assertSameAsReference(1e-12, "gelu", names);
    }

    @ParameterizedTest
    @CsvSource({"1e-12", "1e-5", "0.1"})
    void addsTheEpsilonOfTheConfiguration(double epsilon) {
        builder.set("config.json", "layer_norm_eps", Double.toString(epsilon));
        assertSameAsReference(epsilon, "gelu", List.of("mean"));
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64", "FLOAT16", "BFLOAT16"})
    void readsEveryNumberFormat(DataType dataType) {
        builder.dataType(dataType);
        assertSameAsReference(1e-12, "gelu", List.of("mean"));
    }

    @ParameterizedTest
    @EnumSource
    void readsEveryFileFormat(Format format) {
        builder.format(format);
        assertSameAsReference(1e-12, "gelu", List.of("mean"));
    }

    @Test
    void givesATextTheSameVectorAloneAndInAnyCompany() {
        List<int[]> texts = texts();
        try (Encoder encoder = Encoder.load(open(), Placement.CPU)) {
            float[] together = encoder.encode(PackedBatch.of(texts, 0));
            for (int i = 0; i < texts.size(); i++) {
                float[] alone = encoder.encode(PackedBatch.of(List.of(texts.get(i)), 0));
                for (int j = 0; j < alone.length; j++) {
                    // Components reach 2.5 here; those of a normalised vector stay below 1.
                    assertThat(together[i * alone.length + j]).isCloseTo(alone[j], within(2e-6f));
                }
            }
        }
    }

    @Test
    void saysWhatEngineSaysWhereATokenIsUnknown() {
        try (Encoder encoder = Encoder.load(open(), Placement.CPU)) {
            assertThatThrownBy(() -> encoder.encode(PackedBatch.of(List.of(new int[] {WORDS}), 0)))
                    .isInstanceOfSatisfying(
                            EmbarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.COMPUTE_FAILED))
                    .hasMessageStartingWith("a batch of 1 tokens: the forward pass failed\nlibtorch says: ")
                    .hasMessageEndingWith("\nIf memory ran out, lower batch-tokens or give the process more;"
                            + " else report this with the model's name.");
            assertThat(encoder.encode(PackedBatch.of(List.of(new int[] {1}), 0)))
                    .hasSize(8);
        }
    }

    @Test
    void refusesWeightsThatAreNotThere() {
        Path written =
                builder.withoutTensor("encoder.layer.1.output.dense.bias").write();
        ModelFolder folder = ModelReference.open(written.toString(), temporary);
        assertRefused(
                () -> Encoder.load(folder, Placement.CPU),
                ErrorCode.MODEL_INVALID,
                "%s: the weights have no tensor encoder.layer.1.output.dense.bias".formatted(written),
                "The network that config.json describes needs it.",
                "Take configuration and weights from the same model.");
    }

    private void assertSameAsReference(double epsilon, String activation, List<String> modes) {
        ModelFolder folder = open();
        ReferenceBert reference = new ReferenceBert(folder, HEADS, epsilon, activation);
        List<int[]> texts = texts();
        try (Encoder encoder = Encoder.load(folder, Placement.CPU)) {
            int dimension = 8 * modes.size();
            assertThat(encoder.dimension()).isEqualTo(dimension);
            float[] vectors = encoder.encode(PackedBatch.of(texts, 0));
            assertThat(vectors).hasSize(texts.size() * dimension);
            for (int i = 0; i < texts.size(); i++) {
                double[] vector = new double[dimension];
                for (int j = 0; j < dimension; j++) {
                    vector[j] = vectors[i * dimension + j];
                }
                assertThat(vector)
                        .as("text %d of %d tokens", i, texts.get(i).length)
                        .containsExactly(reference.embed(texts.get(i), modes), within(MAX_DIFFERENCE));
            }
        }
    }

    private ModelFolder open() {
        return ModelReference.open(builder.write().toString(), temporary);
    }

    private static List<int[]> texts() {
        Random random = new Random(7);
        List<int[]> texts = new ArrayList<>();
        for (int length : LENGTHS) {
            assertThat(length).isLessThanOrEqualTo(POSITIONS);
            texts.add(random.ints(length, 0, WORDS).toArray());
        }
        return texts;
    }

    private static double largestDifference(double[] a, double[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }
}
