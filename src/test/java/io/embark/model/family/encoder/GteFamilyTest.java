/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.embark.ErrorCode;
import io.embark.model.family.Architecture;
import io.embark.model.family.ConfiguredFamily;
import io.embark.model.family.TensorShape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GteFamilyTest extends ConfiguredFamily {
    GteFamilyTest() {
        super(new GteFamily(), """
                {"model_type": "new", "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
                 "intermediate_size": 40, "vocab_size": 455, "max_position_embeddings": 8192, "type_vocab_size": 1,
                 "layer_norm_eps": 1e-6, "layer_norm_type": "layer_norm", "hidden_act": "gelu", "pack_qkv": true,
                 "position_embedding_type": "rope", "rope_theta": 20000, "rope_scaling": {"type": "ntk", "factor": 16.0},
                 "logn_attention_scale": false, "logn_attention_clip1": false}""");
    }

    @Test
    void readsAConfiguration() {
        Map<String, Double> numbers = Map.of(
                "layers", 2.0,
                "heads", 4.0,
                "head_size", 8.0,
                "norm_epsilon", 1e-6,
                "rotary_base", 320e3,
                "rotary_stretch", 2.0);
        Map<String, String> choices = Map.of("activation", "gelu");
        assertRead("gated", 32, 2, numbers, choices, 2 * (4 * 32 * 32 + 3 * 32 * 40))
                .hasSize(4 + 2 * 11)
                .contains(
                        new TensorShape("layers.1.attention.qkv.bias", List.of(96L)),
                        new TensorShape("layers.1.mlp.up_gate.weight", List.of(80L, 32L)));
    }

    @Test
    void takesTheDefaultsOfItsCodeWhereTheConfigurationIsSilent() {
        config.unset("layer_norm_eps", "rope_theta", "rope_scaling", "hidden_act", "type_vocab_size");
        Architecture architecture = read();
        assertThat(architecture.numbers())
                .contains(entry("norm_epsilon", 1e-12), entry("rotary_base", 1e4), entry("rotary_stretch", 1.0));
        assertThat(architecture.choices()).containsEntry("activation", "gelu");
        assertThat(architecture.tensors())
                .contains(new TensorShape("embeddings.token_type_embeddings.weight", List.of(1L, 32L)));
    }

    @Test
    void readsAConfigurationOfTransformers() {
        config.set("model_type", "\"gte\"").unset("rope_scaling").unset("rope_theta");
        assertThat(read().numbers()).contains(entry("rotary_base", 160e3), entry("rotary_stretch", 1.0));
        config.set("rope_parameters", "{\"rope_theta\": 500, \"rope_type\": \"default\"}");
        assertThat(read().numbers()).contains(entry("rotary_base", 500.0), entry("rotary_stretch", 1.0));
    }

    @Test
    void leavesFactorsBelowOneOutAsItsCodeDoes() {
        config.set("rope_scaling", "{\"type\": \"ntk\", \"factor\": 0.5}");
        assertThat(read().numbers()).contains(entry("rotary_base", 2e4), entry("rotary_stretch", 1.0));
    }

    @Test
    void hasNoTypesOfTokensWhereThereAreNone() {
        config.set("type_vocab_size", "0");
        assertThat(read().tensors())
                .extracting(TensorShape::name)
                .doesNotContain("embeddings.token_type_embeddings.weight");
    }

    @Test
    void needsThreeTensorsWhereTheyAreNotPacked() {
        config.set("pack_qkv", "false");
        assertThat(read().tensors())
                .contains(new TensorShape("layers.1.attention.key.weight", List.of(32L, 32L)))
                .extracting(TensorShape::name)
                .doesNotContain("layers.1.attention.qkv.weight");
        assertThat(new GteFamily().canonicalName("new.encoder.layer.1.attention.k_proj.weight"))
                .isEqualTo("layers.1.attention.key.weight");
    }

    @ParameterizedTest
    @CsvSource({
        "position_embedding_type, absolute, Only 'rope' is known for models of this type., "
                + "Choose a model with position_embedding_type 'rope'.",
        "layer_norm_type, rms_norm, Only 'layer_norm' is known for models of this type., "
                + "Choose a model with layer_norm_type 'layer_norm'."
    })
    void refusesOtherPositionsAndNorms(String key, String value, String cause, String remedy) {
        config.set(key, "\"%s\"".formatted(value));
        assertRefused(ErrorCode.MODEL_UNSUPPORTED, "%s is '%s'".formatted(key, value), cause, remedy);
    }

    @Test
    void refusesScoresThatGrowWithTheText() {
        config.set("logn_attention_scale", "true");
        assertRefused(
                ErrorCode.MODEL_UNSUPPORTED,
                "logn_attention_scale is true",
                "Scores that grow with the text are not known.",
                "Choose a model like gte-multilingual-base.");
    }

    @Test
    void refusesFrequenciesThatAreScaledOneByOne() {
        config.set("rope_scaling", "{\"type\": \"ntk\", \"factor\": 2, \"mixed_b\": 0.6}");
        assertRefused(
                ErrorCode.MODEL_UNSUPPORTED,
                "rope_scaling: mixed_b is set",
                "Frequencies that are scaled one by one are not known.",
                "Choose a model like gte-multilingual-base.");
    }

    @Test
    void refusesOtherScalings() {
        config.set("rope_scaling", "{\"type\": \"yarn\", \"factor\": 2}");
        assertRefused(
                ErrorCode.MODEL_UNSUPPORTED,
                "rope_scaling: rope_type is 'yarn'",
                "Only 'default' is known: positions whose angles are not scaled.",
                "Choose a model whose rope_type is 'default'.");
    }

    @Test
    void refusesAScalingWithoutItsFactor() {
        config.set("rope_scaling", "{\"type\": \"ntk\"}");
        assertRefused(
                ErrorCode.MODEL_INVALID,
                "rope_scaling: no field 'factor'",
                "The model cannot be read without it.",
                FROM_PUBLISHER);
    }

    @Test
    void takesTheTensorsOfTransformersInParts() {
        GteFamily family = new GteFamily();
        TensorShape whole = new TensorShape("layers.0.mlp.up_gate.weight", List.of(96L, 32L));
        assertThat(family.parts(whole))
                .containsExactly(
                        new TensorShape(family.canonicalName("layers.0.mlp.up_proj.weight"), List.of(48L, 32L)),
                        new TensorShape(family.canonicalName("layers.0.mlp.gate_proj.weight"), List.of(48L, 32L)));
        assertThat(family.parts(new TensorShape("layers.0.mlp.down.weight", List.of(32L, 48L))))
                .isEmpty();
    }
}
