/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.Precision;
import io.embark.model.family.Architecture;
import io.embark.model.family.ConfiguredFamily;
import io.embark.model.family.TensorShape;
import java.util.List;
import org.junit.jupiter.api.Test;

class MobileBertFamilyTest extends ConfiguredFamily {
    MobileBertFamilyTest() {
        super(new MobileBertFamily(), """
                {"model_type": "mobilebert", "embedding_size": 12, "hidden_size": 32, "intra_bottleneck_size": 16,
                 "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 24, "vocab_size": 400,
                 "max_position_embeddings": 64}""");
    }

    @Test
    void readsAConfiguration() {
        Architecture architecture = read();
        assertThat(architecture.hiddenSize()).isEqualTo(32);
        assertThat(architecture.maxPositions()).isEqualTo(64);
        assertThat(architecture.numbers()).containsEntry("head_size", 4.0).containsEntry("feed_forwards", 4.0);
        assertThat(architecture.choices()).containsEntry("activation", "relu");
        assertThat(architecture.tensors())
                .contains(
                        new TensorShape("encoder.trigram.weight", List.of(32L, 36L)),
                        new TensorShape("encoder.layer.1.ffn.2.output.dense.weight", List.of(16L, 24L)));
    }

    @Test
    void needsTheRangeOfBfloat16() {
        assertThat(read().sixteenBitType()).isEqualTo(Precision.BFLOAT16);
    }
}
