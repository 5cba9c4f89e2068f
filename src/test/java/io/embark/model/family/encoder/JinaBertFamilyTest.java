/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.ErrorCode;
import io.embark.model.Families;
import io.embark.model.family.ConfiguredFamily;
import io.embark.model.family.TensorShape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JinaBertFamilyTest extends ConfiguredFamily {
    JinaBertFamilyTest() {
        super(new JinaBertFamily(), """
                {"model_type": "bert", "position_embedding_type": "alibi", "feed_forward_type": "geglu", "hidden_size": 36,
                 "num_hidden_layers": 2, "num_attention_heads": 6, "intermediate_size": 40, "vocab_size": 400,
                 "max_position_embeddings": 8192, "type_vocab_size": 2, "layer_norm_eps": 1e-6}""");
    }

    @Test
    void readsAConfiguration() {
        Map<String, Double> numbers = Map.of(
                "layers", 2.0,
                "heads", 6.0,
                "head_size", 6.0,
                "norm_epsilon", 1e-6);
        Map<String, String> choices = Map.of("activation", "gelu");
        assertRead("gated", 36, 2, numbers, choices, 2 * (4 * 36 * 36 + 3 * 36 * 40))
                .hasSize(4 + 2 * 15)
                .contains(new TensorShape("layers.1.mlp.gate_up.weight", List.of(80L, 36L)));
    }

    @Test
    void isToldFromBertByItsPositions() {
        assertThat(Families.of(config.read(), "")).isInstanceOf(JinaBertFamily.class);
        config.set("position_embedding_type", "\"absolute\"");
        assertThat(Families.of(config.read(), "")).isInstanceOf(BertFamily.class);
        config.unset("position_embedding_type");
        assertThat(Families.of(config.read(), "")).isInstanceOf(BertFamily.class);
    }

    @Test
    void hasATypeOfItsOwnToo() {
        config.set("model_type", "\"jina_bert\"");
        assertThat(Families.of(config.read(), "")).isInstanceOf(JinaBertFamily.class);
    }

    @Test
    void refusesOtherPositionsInItsOwnType() {
        config.set("model_type", "\"jina_bert\"").set("position_embedding_type", "\"absolute\"");
        assertRefused(
                ErrorCode.MODEL_UNSUPPORTED,
                "position_embedding_type is 'absolute'",
                "Only 'alibi' is known for models of this type.",
                "Choose a model with position_embedding_type 'alibi'.");
    }

    @ParameterizedTest
    @CsvSource({"geglu, gelu, true", "reglu, relu, true", "original, silu, false"})
    void readsTheKindsOfFeedForwardLayers(String kind, String activation, boolean gated) {
        config.set("feed_forward_type", "\"%s\"".formatted(kind)).set("hidden_act", "\"silu\"");
        assertThat(read().choices()).containsEntry("activation", activation);
        assertThat(read().tensors())
                .contains(
                        gated
                                ? new TensorShape("layers.1.mlp.gate_up.weight", List.of(80L, 36L))
                                : new TensorShape("layers.1.mlp.up.bias", List.of(40L)));
    }

    @Test
    void namesBertsFeedForwardLayersToo() {
        JinaBertFamily family = new JinaBertFamily();
        assertThat(family.canonicalName("bert.encoder.layer.1.intermediate.dense.bias"))
                .isEqualTo("layers.1.mlp.up.bias");
        assertThat(family.canonicalName("encoder.layer.1.output.dense.weight")).isEqualTo("layers.1.mlp.down.weight");
        assertThat(family.canonicalName("encoder.layer.1.output.LayerNorm.gamma"))
                .isEqualTo("layers.1.mlp.norm.weight");
        assertThat(family.canonicalName("encoder.layer.1.attention.output.LayerNorm.weight"))
                .isEqualTo("layers.1.attention.norm.weight");
    }

    @Test
    void refusesOtherFeedForwardLayers() {
        config.set("feed_forward_type", "\"swiglu\"");
        assertRefused(
                ErrorCode.MODEL_UNSUPPORTED,
                "unknown feed_forward_type 'swiglu'",
                "Known are: geglu, original, reglu.",
                "Choose a model with one of these.");
    }

    @Test
    void refusesDecoders() {
        config.set("is_decoder", "true");
        assertRefused(
                ErrorCode.MODEL_UNSUPPORTED,
                "is_decoder is true",
                "A decoder looks only backwards; the encoder is what is known here.",
                "Choose a model that is an encoder.");
    }

    @Test
    void readsTheVariantForCode() {
        config.set("auto_map", "{\"AutoModel\": \"jinaai/jina-bert-v2-qk-post-norm--modeling_bert.JinaBertModel\"}");
        assertThat(read().tensors())
                .contains(
                        new TensorShape("layers.1.mlp.up_gate.weight", List.of(80L, 36L)),
                        new TensorShape("layers.1.attention.query_norm.weight", List.of(36L)),
                        new TensorShape("layers.1.attention.second_norm.bias", List.of(36L)));
    }

    @Test
    void tellsItByWhereItWasTakenFromToo() {
        config.set("_name_or_path", "\"jinaai/jina-bert-v2-qk-post-norm\"");
        assertThat(read().tensors()).contains(new TensorShape("layers.0.attention.key_norm.weight", List.of(36L)));
    }

    @Test
    void refusesTheVariantForCodeWithoutAGate() {
        config.set("_name_or_path", "\"jinaai/jina-bert-v2-qk-post-norm\"").set("feed_forward_type", "\"original\"");
        assertRefused(
                ErrorCode.MODEL_UNSUPPORTED,
                "feed_forward_type is 'original'",
                "With norms of queries and keys, only geglu and reglu are known.",
                "Choose a model like jina-embeddings-v2-base-code.");
    }
}
