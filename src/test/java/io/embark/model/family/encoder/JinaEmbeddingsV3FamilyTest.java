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

class JinaEmbeddingsV3FamilyTest extends ConfiguredFamily {
    JinaEmbeddingsV3FamilyTest() {
        super(new JinaEmbeddingsV3Family(), """
                {"model_type": "jina_embeddings_v3", "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
                 "intermediate_size": 48, "vocab_size": 400, "layer_norm_eps": 1e-6, "hidden_act": "relu",
                 "type_vocab_size": 1, "rope_parameters": {"rope_theta": 700, "rope_type": "default"}}""");
    }

    @Test
    void readsItsConfiguration() {
        Map<String, Double> numbers = Map.of(
                "layers", 2.0,
                "heads", 4.0,
                "head_size", 8.0,
                "norm_epsilon", 1e-6,
                "rotary_base", 700.0,
                "rotary_stretch", 1.0);
        assertRead("gated", 32, 2, numbers, Map.of("activation", "relu"), 2 * (4 * 32 * 32 + 2 * 32 * 48))
                .contains(new TensorShape("layers.1.attention.qkv.bias", List.of(96L)));
    }

    @Test
    void takesTheDefaultsOfTransformersWhereTheConfigurationIsSilent() {
        config.unset("layer_norm_eps", "hidden_act", "rope_parameters", "type_vocab_size");
        assertThat(read().numbers()).contains(entry("norm_epsilon", 1e-5), entry("rotary_base", 20_000.0));
        assertThat(read().choices()).containsEntry("activation", "gelu");
    }

    @Test
    void refusesHeadsOfAnotherWidth() {
        config.set("head_dim", "16");
        assertRefused(
                ErrorCode.MODEL_UNSUPPORTED,
                "head_dim is 16",
                "All heads together are as wide as the network, which makes 8.",
                "Choose a model without head_dim.");
    }
}
