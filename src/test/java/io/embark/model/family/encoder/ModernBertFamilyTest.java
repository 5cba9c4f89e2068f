/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.embark.ErrorCode;
import io.embark.model.family.ConfiguredFamily;
import io.embark.model.family.TensorShape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModernBertFamilyTest extends ConfiguredFamily {
    ModernBertFamilyTest() {
        super(new ModernBertFamily(), """
                {"model_type": "modernbert", "hidden_size": 32, "num_hidden_layers": 4, "num_attention_heads": 4,
                 "intermediate_size": 40, "vocab_size": 425, "max_position_embeddings": 128, "local_attention": 12,
                 "norm_eps": 1e-6, "hidden_activation": "silu"}""");
    }

    @Test
    void readsAConfiguration() {
        Map<String, Double> numbers = Map.of(
                "layers", 4.0,
                "heads", 4.0,
                "head_size", 8.0,
                "norm_epsilon", 1e-6,
                "rotary_base_global", 160e3,
                "rotary_base_local", 10e3,
                "window_left", 6.0,
                "window_right", 6.0,
                "right", -1.0);
        Map<String, String> choices = Map.of("activation", "silu", "layer_types", "global,local,local,global");
        assertRead("modernbert", 32, 4, numbers, choices, 4 * (4 * 32 * 32 + 3 * 32 * 40))
                .hasSize(3 + 4 * 6 - 1)
                .contains(
                        new TensorShape("layers.3.attn.Wqkv.weight", List.of(96L, 32L)),
                        new TensorShape("layers.3.mlp.Wi.weight", List.of(80L, 32L)))
                .extracting(TensorShape::name)
                .contains("layers.1.attn_norm.weight")
                .doesNotContain("layers.0.attn_norm.weight");
    }

    @Test
    void takesTheDefaultsOfTransformersWhereTheConfigurationIsSilent() {
        config.unset("local_attention", "norm_eps", "hidden_activation");
        assertThat(read().numbers()).contains(entry("window_left", 64.0), entry("norm_epsilon", 1e-5));
        assertThat(read().choices()).containsEntry("activation", "gelu");
    }

    @Test
    void readsHalfTheWindowWhereTheWholeIsMissing() {
        config.unset("local_attention").set("sliding_window", "5");
        assertThat(read().numbers()).containsEntry("window_right", 5.0);
    }

    @Test
    void countsLayersWhereTheConfigurationDoesNotListThem() {
        config.set("global_attn_every_n_layers", "2");
        assertThat(read().choices()).containsEntry("layer_types", "global,local,global,local");
    }

    @Test
    void readsTheTypesOfListedLayers() {
        config.set("layer_types", """
                ["sliding_attention", "full_attention", "full_attention", "sliding_attention"]""");
        assertThat(read().choices()).containsEntry("layer_types", "local,global,global,local");
    }

    @Test
    void readsTheBasesOfOlderFiles() {
        config.set("global_rope_theta", "500").set("local_rope_theta", "50");
        assertThat(read().numbers()).contains(entry("rotary_base_global", 500.0), entry("rotary_base_local", 50.0));
    }

    @Test
    void readsTheBasesOfNewerFiles() {
        config.set("global_rope_theta", "1").set("local_rope_theta", "2").set("rope_parameters", """
                {"full_attention": {"rope_theta": 500, "rope_type": "default"}, "sliding_attention": {"rope_theta": 50}}""");
        assertThat(read().numbers()).contains(entry("rotary_base_global", 500.0), entry("rotary_base_local", 50.0));
    }

    @Test
    void needsTheBiasesThatTheConfigurationSays() {
        config.set("attention_bias", "true").set("mlp_bias", "true").set("norm_bias", "true");
        assertThat(read().tensors())
                .contains(
                        new TensorShape("layers.1.attn.Wqkv.bias", List.of(96L)),
                        new TensorShape("layers.1.mlp.Wi.bias", List.of(80L)),
                        new TensorShape("layers.1.mlp_norm.bias", List.of(32L)),
                        new TensorShape("final_norm.bias", List.of(32L)));
    }

    @Test
    void refusesLayersOfUnknownTypes() {
        config.set("layer_types", """
                ["full_attention", "full_attention", "linear", "full_attention"]""");
        assertRefused(
                ErrorCode.MODEL_UNSUPPORTED,
                "layer_types has 'linear'",
                "Known are: full_attention, sliding_attention.",
                "Choose a model with layers of these types.");
    }

    @Test
    void refusesAListOfOtherLength() {
        config.set("layer_types", "[\"full_attention\"]");
        assertRefused(ErrorCode.MODEL_INVALID, "layer_types has 1 entries", "num_hidden_layers is 4.", FROM_PUBLISHER);
    }

    @Test
    void refusesHeadsThatHaveNoHalves() {
        config.set("hidden_size", "12");
        assertRefused(
                ErrorCode.MODEL_INVALID,
                "hidden_size is 12, num_attention_heads is 4",
                "That makes heads of 3 components, but rotary positions turn pairs.",
                FROM_PUBLISHER);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            rope_scaling    | {"rope_type": "linear"}                      | rope_scaling
            rope_parameters | {"full_attention": {"rope_type": "linear"}}  | rope_parameters: full_attention
            """)
    void refusesScaledAngles(String key, String json, String where) {
        config.set(key, json);
        assertRefused(
                ErrorCode.MODEL_UNSUPPORTED,
                "%s: rope_type is 'linear'".formatted(where),
                "Only 'default' is known: positions whose angles are not scaled.",
                "Choose a model whose rope_type is 'default'.");
    }
}
