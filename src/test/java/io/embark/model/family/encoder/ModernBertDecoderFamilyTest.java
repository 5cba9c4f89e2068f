/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.embark.model.family.ConfiguredFamily;
import io.embark.model.family.TensorShape;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModernBertDecoderFamilyTest extends ConfiguredFamily {
    ModernBertDecoderFamilyTest() {
        super(new ModernBertDecoderFamily(), """
                {"model_type": "modernbert-decoder", "hidden_size": 32, "num_hidden_layers": 4, "num_attention_heads": 4,
                 "intermediate_size": 40, "vocab_size": 425, "max_position_embeddings": 128, "local_attention": 12}""");
    }

    @Test
    void looksBackThroughHalfOfTheWindow() {
        assertThat(read().numbers())
                .contains(entry("window_left", 5.0), entry("window_right", 0.0), entry("right", 0.0));
        assertThat(read().tensors())
                .contains(
                        new TensorShape("layers.3.attn.v_proj.weight", List.of(32L, 32L)),
                        new TensorShape("layers.3.mlp.Wi.weight", List.of(80L, 32L)));
    }

    @Test
    void looksBothWaysWhereItIsNotCausal() {
        config.set("is_causal", "false");
        assertThat(read().numbers())
                .contains(entry("window_left", 6.0), entry("window_right", 6.0), entry("right", -1.0));
    }

    @Test
    void takesTheHalfWhereTheFileHasIt() {
        config.set("sliding_window", "9");
        assertThat(read().numbers()).containsEntry("window_left", 8.0);
    }
}
