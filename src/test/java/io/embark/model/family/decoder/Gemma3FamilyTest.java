/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

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
                entry("embedding_factor", Math.sqrt(24)),
                entry("norm_offset", 1.0),
                entry("window_left", 6.0),
                entry("window_right", 6.0),
                entry("right", -1.0),
                entry("query_scale", 0.25));
        Map<String, String> choices = Map.of(
                "activation", "gelu_tanh",
                "layer_types", "sliding,full,sliding",
                "rotary", "default 1.0 0.0 1000000.0",
                "rotary_sliding", "default 1.0 0.0 10000.0");
        assertRead("decoder", 24, 3, numbers, choices, 3 * (24 * (2 * 36 + 2 * 12) + 3 * 24 * 32))
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
        assertThat(read().choices())
                .contains(entry("rotary", "default 1.0 0.0 500000.0"), entry("rotary_sliding", "default 1.0 0.0 50.0"));
    }

    @Test
    void readsTheBasesOfOlderFiles() {
        config.set("rope_scaling", "null").set("rope_theta", "5000").set("rope_local_base_freq", "100");
        assertThat(read().choices())
                .contains(entry("rotary", "default 1.0 0.0 5000.0"), entry("rotary_sliding", "default 1.0 0.0 100.0"));
    }
}
