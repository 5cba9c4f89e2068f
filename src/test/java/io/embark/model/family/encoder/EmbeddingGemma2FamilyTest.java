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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmbeddingGemma2FamilyTest extends ConfiguredFamily {
    EmbeddingGemma2FamilyTest() {
        super(new EmbeddingGemma2Family(), """
                {"model_type": "embedding_gemma2_text", "hidden_size": 24, "num_hidden_layers": 3, "num_attention_heads": 4,
                 "num_key_value_heads": 2, "head_dim": 8, "intermediate_size": 48, "vocab_size": 400, "embedding_dim": 20,
                 "hidden_size_per_layer_input": 10, "sliding_window": 5,
                 "layer_types": ["sliding_attention", "full_attention", "sliding_attention"],
                 "per_layer_config": {"1": {"head_dim": 12, "num_key_value_heads": 1},
                                      "2": {"head_dim": 12, "num_key_value_heads": 1}}}""");
    }

    @Test
    void readsHeadsOfLayersAndSeesAllInTheLast() {
        assertThat(read().hiddenSize()).isEqualTo(20);
        assertThat(read().choices()).containsEntry("layer_types", "sliding,full,full");
        assertThat(read().numbers())
                .contains(
                        entry("window", 5.0),
                        entry("head_size_sliding", 8.0),
                        entry("key_value_heads_sliding", 2.0),
                        entry("head_size_full", 12.0),
                        entry("key_value_heads_full", 1.0),
                        entry("rotary_base_full", 1_000_000.0),
                        entry("rotary_base_sliding", 10_000.0));
        assertThat(read().tensors())
                .contains(
                        new TensorShape("layers.0.self_attn.k_proj.weight", List.of(16L, 24L)),
                        new TensorShape("layers.2.self_attn.k_proj.weight", List.of(12L, 24L)),
                        new TensorShape("layers.2.layer_scalar", List.of(1L)),
                        new TensorShape("embedding_projection.weight", List.of(20L, 24L)));
    }

    @Test
    void takesTheDefaultsOfTransformersWhereTheConfigurationIsSilent() {
        config.unset("layer_types", "per_layer_config", "sliding_window", "head_dim", "num_key_value_heads");
        assertThat(read().choices()).containsEntry("layer_types", "sliding,sliding,full");
        assertThat(read().numbers())
                .contains(
                        entry("window", 512.0),
                        entry("head_size_sliding", 256.0),
                        entry("key_value_heads_sliding", 2.0),
                        entry("head_size_full", 512.0),
                        entry("key_value_heads_full", 1.0));
    }

    @Test
    void refusesOtherSettingsOfOneLayer() {
        config.set("per_layer_config", "{\"1\": {\"intermediate_size\": 12}}");
        assertRefused(
                ErrorCode.MODEL_UNSUPPORTED,
                "per_layer_config: 1: intermediate_size is set",
                "Layers have their own head_dim and num_key_value_heads only, in the networks that are known.",
                "Choose a model like google/embeddinggemma-2.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"7": {}} | per_layer_config: '7' is no layer | There are 3 layers, from 0.
            {"1": {"head_dim": 12}} | per_layer_config differs between layers of the type full_attention | All layers of a type have heads of one size.
            {"0": {"num_key_value_heads": 3}} | num_attention_heads is 4, heads of keys and values 3, components of a head 8 | Each head of keys and values serves equally many heads of queries, and rotary positions turn pairs.
            """)
    void refusesLayersThatDoNotFit(String layers, String problem, String cause) {
        config.set("per_layer_config", layers);
        assertRefused(ErrorCode.MODEL_INVALID, problem, cause, FROM_PUBLISHER);
    }
}
