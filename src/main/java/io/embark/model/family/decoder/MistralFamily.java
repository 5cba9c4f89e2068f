/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.decoder;

import io.embark.model.family.Architecture;
import io.embark.model.family.NetworkConfig;
import io.embark.model.family.TokenizerKind;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Mistral, all of whose layers look back through a window if one does: e5-mistral, Linq-Embed-Mistral, SFR-Embedding. */
final class MistralFamily implements DecoderFamily {
    @Override
    public List<String> modelTypes() {
        return List.of("mistral");
    }

    @Override
    public Optional<TokenizerKind> tokenizer(String modelType) {
        return Optional.of(TokenizerKind.AS_WRITTEN);
    }

    @Override
    public KnownKeys keys() {
        return DecoderNetwork.KEYS
                .honoured("hidden_act", "sliding_window")
                .idle("The layers of this type do not ask for it.", "layer_types");
    }

    @Override
    public Architecture read(JsonConfig json) {
        DecoderNetwork network = DecoderNetwork.read(json);
        return network.architecture(
                EnumSet.noneOf(LayerPart.class),
                Sight.ofAll(json, network.layers(), new NetworkConfig(json).rowsUnlessNull("sliding_window", 4096)),
                Map.of("query_scale", network.queryScale()),
                Map.of(
                        "activation",
                        network.activation("hidden_act", "silu"),
                        "rotary",
                        network.rotary(10_000, 131_072)));
    }
}
