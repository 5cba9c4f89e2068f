/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.embark.model.family.ConfiguredFamily;
import io.embark.model.family.TensorShape;
import java.util.List;
import org.junit.jupiter.api.Test;

class EuroBertFamilyTest extends ConfiguredFamily {
    EuroBertFamilyTest() {
        super(new EuroBertFamily(), """
                {"model_type": "eurobert", "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 4,
                 "intermediate_size": 32, "vocab_size": 400, "rope_theta": 250000, "mlp_bias": true,
                 "auto_map": {"AutoModel": "modeling_eurobert.EuroBertModel"}}""");
    }

    @Test
    void looksBothWaysWhateverTheFileSays() {
        config.set("is_causal", "true");
        assertThat(read().numbers()).contains(entry("right", -1.0), entry("norm_epsilon", 1e-5));
        assertThat(read().choices()).contains(entry("layer_types", "full,full"), entry("activation", "silu"));
        assertThat(read().tensors()).contains(new TensorShape("layers.1.mlp.gate_proj.bias", List.of(32L)));
    }
}
