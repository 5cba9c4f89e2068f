/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import io.embark.ErrorCode;
import io.embark.model.family.Architecture;
import io.embark.model.family.ConfiguredFamily;
import io.embark.model.family.TensorShape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Gemma3FamilyTest extends ConfiguredFamily {
    Gemma3FamilyTest() {
        super(new Gemma3Family(), """
                {"model_type": "gemma3_text", "hidden_size": 24, "num_hidden_layers": 3, "num_attention_heads": 3,
                 "num_key_value_heads": 1, "head_dim": 12, "intermediate_size": 32, "vocab_size": 901,
                 "max_position_embeddings": 128, "query_pre_attn_scalar": 16, "sliding_window": 12,
                 "hidden_activation": "gelu_pytorch_tanh", "use_bidirectional_attention": true,
                 "layer_types": ["sliding_attention", "full_attention", "sliding_attention"]}""");
    }

    @Test
    void readsAConfiguration() {
        Map<String, Double> numbers = Map.ofEntries(
                entry("layers", 3.0),
                entry("heads", 3.0),
                entry("key_value_heads", 1.0),
                entry("head_size", 12.0),
                entry("norm_epsilon", 1e-6),
                entry("rotary_base_full", 1e6),
                entry("rotary_base_sliding", 1e4),
                entry("window_left", 6.0),
                entry("window_right", 6.0),
                entry("right", -1.0),
                entry("query_scale", 0.25));
        Map<String, String> choices = Map.of("activation", "gelu_tanh", "layer_types", "sliding,full,sliding");
        assertRead("gemma3", 24, 3, numbers, choices, 3 * (24 * (2 * 36 + 2 * 12) + 3 * 24 * 32))
                .hasSize(2 + 3 * 13)
                .contains(new TensorShape("layers.2.post_feedforward_layernorm.weight", List.of(24L)));
    }

    @Test
    void takesTheDefaultsOfTransformersWhereTheConfigurationIsSilent() {
        config.unset("head_dim", "sliding_window", "hidden_activation", "query_pre_attn_scalar");
        Architecture architecture = read();
        assertThat(architecture.numbers()).contains(entry("head_size", 256.0), entry("window_left", 2048.0));
        assertThat(architecture.numbers().get("query_scale")).isCloseTo(1.0 / 16, within(1e-15));
        assertThat(architecture.choices()).containsEntry("activation", "gelu_tanh");
    }

    @ParameterizedTest
    @CsvSource({"12, 6", "13, 6", "512, 256"})
    void looksHalfTheWindowToEitherSide(String window, double side) {
        config.set("sliding_window", window);
        assertThat(read().numbers()).contains(entry("window_left", side), entry("window_right", side));
    }

    @Test
    void looksBackOnlyUnlessTheConfigurationSaysOtherwise() {
        config.unset("use_bidirectional_attention");
        assertThat(read().numbers())
                .contains(entry("window_left", 11.0), entry("window_right", 0.0), entry("right", 0.0));
    }

    @ParameterizedTest
    @CsvSource({"false, 12", "true, 7"})
    void looksTheWholeWindowToEitherSideWhereItIsNotCausal(String bidirectional, double side) {
        config.set("is_causal", "false").set("use_bidirectional_attention", bidirectional);
        assertThat(read().numbers())
                .contains(entry("window_left", side), entry("window_right", side), entry("right", -1.0));
    }

    @ParameterizedTest
    @CsvSource({"null, 'sliding,sliding,sliding'", "2, 'sliding,full,sliding'", "3, 'sliding,sliding,full'"})
    void countsLayersWhereTheConfigurationDoesNotListThem(String pattern, String types) {
        config.unset("layer_types").set("sliding_window_pattern", pattern);
        assertThat(read().choices()).containsEntry("layer_types", types);
    }

    @Test
    void readsTheBasesOfNewerFiles() {
        config.set("rope_parameters", """
                {"full_attention": {"rope_theta": 5e5, "rope_type": "default"}, "sliding_attention": {"rope_theta": 50}}""");
        config.set("rope_theta", "1").set("rope_local_base_freq", "2");
        assertThat(read().numbers()).contains(entry("rotary_base_full", 5e5), entry("rotary_base_sliding", 50.0));
    }

    @Test
    void readsTheBasesOfOlderFiles() {
        config.set("rope_scaling", "null").set("rope_theta", "5000").set("rope_local_base_freq", "100");
        assertThat(read().numbers()).contains(entry("rotary_base_full", 5e3), entry("rotary_base_sliding", 100.0));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            rope_scaling    | {"rope_type": "linear"}                        | rope_scaling
            rope_parameters | {"full_attention": {"rope_type": "linear"}}    | rope_parameters: full_attention
            rope_parameters | {"sliding_attention": {"rope_type": "linear"}} | rope_parameters: sliding_attention
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
