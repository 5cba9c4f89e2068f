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

class DebertaV2FamilyTest extends ConfiguredFamily {
    DebertaV2FamilyTest() {
        super(new DebertaV2Family(), """
                {"model_type": "deberta-v2", "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
                 "intermediate_size": 48, "vocab_size": 400, "layer_norm_eps": 1e-6, "hidden_act": "gelu",
                 "max_position_embeddings": 512, "relative_attention": true, "position_buckets": 256,
                 "norm_rel_ebd": "layer_norm", "share_att_key": true, "pos_att_type": "p2c|c2p",
                 "max_relative_positions": -1, "position_biased_input": false, "type_vocab_size": 0}""");
    }

    @Test
    void readsAConfigurationOfTheThirdVersion() {
        Map<String, Double> numbers = Map.of(
                "layers", 2.0,
                "heads", 4.0,
                "head_size", 8.0,
                "norm_epsilon", 1e-6,
                "score_terms", 3.0,
                "distance_span", 256.0,
                "distance_buckets", 256.0,
                "max_distance", 512.0);
        Map<String, String> choices = Map.of(
                "activation", "gelu",
                "distance_projections", "shared",
                "content_to_position", "true",
                "position_to_content", "true");
        assertRead("deberta", 32, 2, numbers, choices, 2 * (4 * 32 * 32 + 2 * 32 * 48) + 512 * 32)
                .contains(new TensorShape("encoder.LayerNorm.weight", List.of(32L)))
                .extracting(TensorShape::name)
                .doesNotContain("embeddings.position_embeddings.weight", "embeddings.token_type_embeddings.weight");
    }

    /** transformers splits a text, and looks for whole entries in a list. */
    @Test
    void takesAListOfTermsAsItIs() {
        config.set("pos_att_type", "[\"p2c|c2p\"]");
        assertThat(read().choices())
                .contains(entry("content_to_position", "false"), entry("position_to_content", "false"));
        assertThat(read().numbers()).containsEntry("score_terms", 1.0);
    }

    @Test
    void readsAConfigurationOfTheSecondVersion() {
        config.unset("position_buckets", "norm_rel_ebd", "share_att_key", "position_biased_input");
        config.set("pos_att_type", "[\"c2p\", \"p2c\"]");
        config.set("embedding_size", "16");
        config.set("conv_kernel_size", "3");
        assertThat(read().maxPositions()).isEqualTo(512);
        assertThat(read().numbers()).contains(entry("distance_buckets", 0.0), entry("distance_span", 512.0));
        assertThat(read().choices()).contains(entry("conv_activation", "tanh"), entry("distance_projections", "own"));
        assertThat(read().tensors())
                .contains(
                        new TensorShape("embed_proj.weight", List.of(32L, 16L)),
                        new TensorShape("encoder.conv.conv.weight", List.of(32L, 32L, 3L)),
                        new TensorShape("encoder.layer.1.attention.self.pos_key_proj.weight", List.of(32L, 32L)));
    }

    @Test
    void countsTheTermsOfTheScoresWithoutDistancesToo() {
        config.unset("relative_attention");
        assertThat(read().numbers()).containsEntry("score_terms", 3.0);
        assertThat(read().choices())
                .contains(entry("content_to_position", "false"), entry("position_to_content", "false"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            conv_kernel_size    | 4  | conv_kernel_size is 4, conv_groups is 1 | Only kernels of an odd size up to 63 over all components are known.
            attention_head_size | 16 | attention_head_size is 16               | Only heads that together are as wide as the network are known for models of this type.
            """)
    void refusesWhatItCannotCompute(String key, String value, String problem, String cause) {
        config.set(key, value);
        assertRefused(ErrorCode.MODEL_UNSUPPORTED, problem, cause, "Choose a model like deberta-v3-base.");
    }

    @Test
    void refusesBucketsThatDoNotReachFurther() {
        config.set("max_relative_positions", "100");
        assertRefused(
                ErrorCode.MODEL_INVALID,
                "position_buckets is 256, the longest distance 100",
                "There must be 4 buckets or more, and a longer distance than half of them.",
                FROM_PUBLISHER);
    }
}
