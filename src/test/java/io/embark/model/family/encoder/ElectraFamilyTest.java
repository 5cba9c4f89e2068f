/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.ErrorCode;
import io.embark.model.family.ConfiguredFamily;
import io.embark.model.family.TensorShape;
import java.util.List;
import org.junit.jupiter.api.Test;

class ElectraFamilyTest extends ConfiguredFamily {
    ElectraFamilyTest() {
        super(new ElectraFamily(), """
                {"model_type": "electra", "embedding_size": 16, "hidden_size": 32, "num_hidden_layers": 2,
                 "num_attention_heads": 4, "intermediate_size": 48, "vocab_size": 400, "max_position_embeddings": 64}""");
    }

    @Test
    void projectsAnEmbeddingOfAnotherWidth() {
        assertThat(read().tensors()).contains(new TensorShape("encoder.projection.weight", List.of(32L, 16L)));
    }

    @Test
    void leavesAnEmbeddingOfTheSameWidth() {
        config.set("embedding_size", "32");
        assertThat(read().tensors()).extracting(TensorShape::name).doesNotContain("encoder.projection.weight");
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
}
