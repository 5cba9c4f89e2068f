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

class Lfm2FamilyTest extends ConfiguredFamily {
    Lfm2FamilyTest() {
        super(new Lfm2Family(), """
                {"model_type": "lfm2", "hidden_size": 24, "num_hidden_layers": 3, "num_attention_heads": 4,
                 "num_key_value_heads": 2, "intermediate_size": 50, "vocab_size": 400, "block_multiple_of": 8,
                 "layer_types": ["conv", "full_attention", "conv"], "rope_parameters": {"rope_theta": 700}}""");
    }

    @Test
    void readsItsConfiguration() {
        Map<String, Double> numbers = Map.of(
                "layers", 3.0,
                "heads", 4.0,
                "key_value_heads", 2.0,
                "head_size", 6.0,
                "norm_epsilon", 1e-5,
                "rotary_base", 700.0,
                "right", 0.0);
        // 50 * 2 / 3 is 33, the next multiple of 8 is 40.
        long perToken = 2 * 4 * 24 * 24 + 3 * 24 * 24 + 3 * 3 * 24 * 40;
        assertRead("lfm2", 24, 3, numbers, Map.of(), perToken)
                .contains(
                        new TensorShape("layers.0.conv.conv.weight", List.of(24L, 1L, 3L)),
                        new TensorShape("layers.1.self_attn.k_proj.weight", List.of(12L, 24L)));
    }

    @Test
    void readsTheKeysOfItsFirstFiles() {
        config.unset("layer_types", "rope_parameters", "intermediate_size", "num_key_value_heads")
                .set("full_attn_idxs", "[0, 2]");
        config.set("block_ff_dim", "30");
        config.set("block_auto_adjust_ff_dim", "false");
        config.set("num_key_value_heads", "4");
        config.set("is_causal", "false");
        assertThat(read().numbers()).contains(entry("rotary_base", 1_000_000.0), entry("right", -1.0));
        assertThat(read().tensors())
                .contains(
                        new TensorShape("layers.1.conv.in_proj.weight", List.of(72L, 24L)),
                        new TensorShape("layers.1.feed_forward.w1.weight", List.of(30L, 24L)))
                .extracting(TensorShape::name)
                .doesNotContain("layers.0.conv.in_proj.weight", "layers.1.conv.conv.bias");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            num_key_value_heads      | 3      | num_attention_heads is 4, num_key_value_heads 3, components of a head 6 | Each head of keys and values serves equally many heads of queries, and rotary positions turn pairs.
            block_ffn_dim_multiplier | 1e9    | block_ffn_dim_multiplier is 1.0E9 | That makes a width of 33000000000 between the products behind attention.
            layer_types              | ["conv"] | layer_types has 1 entries       | num_hidden_layers is 3.
            """)
    void refusesWhatDoesNotFit(String key, String value, String problem, String cause) {
        config.set(key, value);
        assertRefused(ErrorCode.MODEL_INVALID, problem, cause, FROM_PUBLISHER);
    }

    @Test
    void refusesOtherTypesOfLayers() {
        config.set("layer_types", "[\"conv\", \"mamba\", \"conv\"]");
        assertRefused(
                ErrorCode.MODEL_UNSUPPORTED,
                "layer_types has 'mamba'",
                "Known are: conv, full_attention.",
                "Choose a model with layers of these types.");
    }
}
