/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.embark.ErrorCode;
import io.embark.model.Backbones;
import io.embark.model.ModelFolder;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.ModelReference;
import io.embark.model.WeightValues;
import io.embark.model.family.Architecture;
import io.embark.model.family.LinearLayers;
import io.embark.model.family.TensorNames;
import io.embark.model.family.TensorShape;
import io.embark.model.weights.Weights;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class T5FamilyTest {
    private static final String CONFIG = "config.json";
    private static final String SHARED = "shared.weight";
    private static final String EMBEDDED = "encoder.embed_tokens.weight";

    @TempDir
    private Path temporary;

    private ModelFolderBuilder builder;

    @BeforeEach
    void writeItsConfiguration() {
        builder = ModelFolderBuilder.in(temporary.resolve("model")).file(CONFIG, """
                {"model_type": "t5", "d_model": 8, "d_kv": 3, "num_heads": 2, "d_ff": 12, "num_layers": 2, "vocab_size": 20}""");
    }

    @Test
    void takesHeadsWhoseWidthsDoNotAddUpToThatOfTheNetwork() {
        Architecture architecture = architecture();
        assertThat(architecture.hiddenSize()).isEqualTo(8);
        assertThat(LinearLayers.multiplyAddsPerToken(architecture.tensors())).isEqualTo(2 * (4 * 8 * 6 + 2 * 8 * 12));
        assertThat(architecture.tensors())
                .contains(
                        new TensorShape("encoder.block.1.layer.0.SelfAttention.q.weight", List.of(6L, 8L)),
                        new TensorShape("encoder.block.1.layer.0.SelfAttention.o.weight", List.of(8L, 6L)));
    }

    @Test
    void hasNoLimitOfItsOwn() {
        assertThat(architecture().maxPositions()).isEqualTo(Architecture.UNLIMITED);
    }

    @ParameterizedTest
    @CsvSource({"t5, 1", "mt5, 1", "umt5, 2"})
    void hasOneTableOfDistancesOrOneInEachLayer(String modelType, int tables) {
        builder.set(CONFIG, "model_type", "\"%s\"".formatted(modelType));
        assertThat(architecture().tensors())
                .filteredOn(tensor -> tensor.name().contains("relative_attention_bias"))
                .hasSize(tables)
                .allSatisfy(tensor -> assertThat(tensor.shape()).containsExactly(32L, 2L));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            t5   | {}                                                                 | plain | relu
            mt5  | {}                                                                 | gated | gelu_tanh
            umt5 | {}                                                                 | gated | gelu_tanh
            t5   | {"feed_forward_proj": "gated-gelu"}                                | gated | gelu_tanh
            t5   | {"feed_forward_proj": "gated-silu"}                                | gated | silu
            t5   | {"feed_forward_proj": "gelu"}                                      | plain | gelu
            mt5  | {"feed_forward_proj": "relu"}                                      | plain | relu
            t5   | {"feed_forward_proj": "gated-gelu", "dense_act_fn": "gelu"}        | gated | gelu
            t5   | {"feed_forward_proj": "relu", "is_gated_act": true}                | gated | relu
            """)
    void readsTheFeedForwardPartAsTransformersDoes(String modelType, String fields, String form, String activation) {
        builder.file(
                        CONFIG,
                        builder.content(CONFIG).replace("{", fields.replace("}", fields.length() == 2 ? "" : ", ")))
                .set(CONFIG, "model_type", "\"%s\"".formatted(modelType));
        assertThat(architecture().choices())
                .containsEntry("feed_forward", form)
                .containsEntry("activation", activation);
    }

    @ParameterizedTest
    @CsvSource({SHARED + ", false, " + SHARED, EMBEDDED + ", false, " + EMBEDDED, SHARED + ", true, " + EMBEDDED})
    void findsTheWordsByEitherNameAndPrefersTheEncodersOwn(String name, boolean both, String read) {
        writeTensors();
        builder.tensor(name, 20L, 8L);
        if (both) {
            builder.tensor(EMBEDDED, 20L, 8L);
        }
        try (Weights weights = open().openWeights()) {
            assertThat(WeightValues.read(weights, TensorNames.WORDS, 1 << 20)).isEqualTo(builder.values(read));
        }
    }

    @Test
    void refusesWeightsWithoutWords() {
        writeTensors();
        assertRefused(
                () -> open().openWeights(),
                ErrorCode.MODEL_INVALID,
                "%s: the weights have no tensor embeddings.word_embeddings.weight"
                        .formatted(temporary.resolve("model")),
                "The network that config.json describes needs it.");
    }

    @Test
    void refusesAnUnknownFeedForwardPart() {
        builder.set(CONFIG, "feed_forward_proj", "\"gated-rule\"");
        refused(
                ErrorCode.MODEL_UNSUPPORTED,
                "unknown feed_forward_proj 'gated-rule'",
                "Known are: gelu, gelu_10, gelu_accurate, gelu_fast, gelu_new, gelu_python, gelu_python_tanh,"
                        + " gelu_pytorch_tanh, hardswish, laplace, leaky_relu, linear, mish, quick_gelu, relu, relu2, relu6,"
                        + " sigmoid, silu, sqrtsoftplus, swish, tanh."
                        + " The nearest is relu.");
    }

    @Test
    void refusesADecoder() {
        builder.set(CONFIG, "is_decoder", "true");
        refused(
                ErrorCode.MODEL_UNSUPPORTED,
                "is_decoder is true",
                "A decoder looks only backwards; the encoder is what is known here.");
    }

    @ParameterizedTest
    @CsvSource({"3, 128", "32, 8"})
    void refusesBucketsThatNoDistanceCanBePutInto(int buckets, int maxDistance) {
        builder.set(CONFIG, "relative_attention_num_buckets", String.valueOf(buckets))
                .set(CONFIG, "relative_attention_max_distance", String.valueOf(maxDistance));
        refused(
                ErrorCode.MODEL_INVALID,
                "relative_attention_num_buckets is %d, relative_attention_max_distance is %d"
                        .formatted(buckets, maxDistance),
                "There must be 4 buckets or more, and a longer distance than a quarter of them.");
    }

    /** As the files call them; without the words. */
    private void writeTensors() {
        for (TensorShape tensor : architecture().tensors()) {
            if (!tensor.name().equals(TensorNames.WORDS)) {
                String name = tensor.name()
                        .replace(
                                "embeddings.relative_attention_bias.0.",
                                "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.");
                builder.tensor(name, tensor.shape().toArray(Long[]::new));
            }
        }
        builder.withoutTensor(TensorNames.WORDS);
    }

    private Architecture architecture() {
        return Backbones.architecture(open());
    }

    private ModelFolder open() {
        return ModelReference.open(builder.write().toString(), temporary);
    }

    private void refused(ErrorCode code, String problem, String cause) {
        assertRefused(
                this::open, code, "%s: %s".formatted(temporary.resolve("model").resolve(CONFIG), problem), cause);
    }
}
