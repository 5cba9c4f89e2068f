/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.decoder;

import io.embark.model.family.Architecture;
import io.embark.model.family.ConfigKeys;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;

/** EuroBERT: an encoder in Llama's form, whose tokens look both ways, whatever its file says. */
final class EuroBertFamily implements DecoderFamily {
    @Override
    public List<String> modelTypes() {
        return List.of("eurobert");
    }

    @Override
    public KnownKeys keys() {
        return DecoderNetwork.KEYS
                .honoured("hidden_act", "attention_bias", "mlp_bias")
                .idle("transformers has this network, and the folder's code is the same.", "auto_map")
                .refused("Its tokens look both ways.", "is_causal", false)
                .idle(ConfigKeys.HEAD, "classifier_pooling")
                .idle(ConfigKeys.TOKEN_IDS, "mask_token_id")
                .idle(ConfigKeys.SAME_PRODUCTS, "pretraining_tp");
    }

    @Override
    public Architecture read(JsonConfig json) {
        DecoderNetwork network = DecoderNetwork.readBothWays(json);
        return network.architecture(
                LayerPart.withBiases(
                        EnumSet.noneOf(LayerPart.class),
                        network.attentionBias(),
                        json.flag("mlp_bias").orElse(false)),
                new Sight(false, 1, Collections.nCopies(network.layers(), false)),
                Map.of(
                        "query_scale",
                        network.queryScale(),
                        "norm_epsilon",
                        json.positiveNumber("rms_norm_eps").orElse(1e-5)),
                Map.of(
                        "activation",
                        network.activation("hidden_act", "silu"),
                        "rotary",
                        network.rotary(10_000, 8_192)));
    }
}
