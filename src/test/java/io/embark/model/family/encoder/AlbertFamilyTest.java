/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.ErrorCode;
import io.embark.model.family.Architecture;
import io.embark.model.family.ConfiguredFamily;
import io.embark.model.family.TensorShape;
import java.util.List;
import org.junit.jupiter.api.Test;

class AlbertFamilyTest extends ConfiguredFamily {
    AlbertFamilyTest() {
        super(new AlbertFamily(), """
                {"model_type": "albert", "embedding_size": 16, "hidden_size": 32, "num_hidden_layers": 12,
                 "num_hidden_groups": 3, "num_attention_heads": 4, "intermediate_size": 48, "vocab_size": 400,
                 "max_position_embeddings": 64}""");
    }

    @Test
    void storesALayerForEachGroup() {
        Architecture architecture = read();
        assertThat(architecture.layers()).isEqualTo(12);
        assertThat(architecture.numbers()).containsEntry("layers", 12.0).containsEntry("groups", 3.0);
        assertThat(architecture.tensors())
                .extracting(TensorShape::name)
                .contains("encoder.layer.2.output.dense.weight")
                .doesNotContain("encoder.layer.3.output.dense.weight");
    }

    @Test
    void embedsNarrowerThanItsLayers() {
        assertThat(read().tensors())
                .contains(
                        new TensorShape("embeddings.token_type_embeddings.weight", List.of(2L, 16L)),
                        new TensorShape("embeddings.LayerNorm.weight", List.of(16L)),
                        new TensorShape("encoder.projection.weight", List.of(32L, 16L)));
    }

    @Test
    void takesTheDefaultsOfTransformersWhereTheConfigurationIsSilent() {
        config.unset("embedding_size").unset("num_hidden_groups");
        assertThat(read().choices()).containsEntry("activation", "gelu_tanh");
        assertThat(read().numbers()).containsEntry("groups", 1.0);
        assertThat(read().tensors()).contains(new TensorShape("encoder.projection.weight", List.of(32L, 128L)));
    }

    @Test
    void refusesMoreGroupsThanLayers() {
        config.set("num_hidden_groups", "13");
        assertRefused(
                ErrorCode.MODEL_INVALID,
                "num_hidden_groups is 13",
                "There are only 12 layers to share their weights.",
                FROM_PUBLISHER);
    }

    @Test
    void refusesGroupsOfSeveralLayers() {
        config.set("inner_group_num", "2");
        assertRefused(
                ErrorCode.MODEL_UNSUPPORTED,
                "inner_group_num is 2",
                "Only groups of one layer each are known.",
                "Choose a model with inner_group_num 1, which all that were published have.");
    }
}
