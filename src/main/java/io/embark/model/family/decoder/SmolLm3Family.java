/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.decoder;

import io.embark.model.family.Architecture;
import io.embark.model.family.NetworkConfig;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import io.embark.model.files.ModelProblem;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** SmolLM3, some of whose layers know nothing of positions. */
final class SmolLm3Family implements DecoderFamily {
    @Override
    public List<String> modelTypes() {
        return List.of("smollm3");
    }

    @Override
    public KnownKeys keys() {
        return DecoderNetwork.KEYS.honoured(
                "hidden_act",
                "attention_bias",
                "mlp_bias",
                "use_sliding_window",
                "sliding_window",
                "layer_types",
                "no_rope_layers",
                "no_rope_layer_interval");
    }

    @Override
    public Architecture read(JsonConfig json) {
        DecoderNetwork network = DecoderNetwork.read(json);
        NetworkConfig config = new NetworkConfig(json);
        List<Boolean> placed = placed(config, network.layers());
        boolean slides = json.flag("use_sliding_window").orElse(false);
        return network.architecture(
                LayerPart.withBiases(
                        EnumSet.noneOf(LayerPart.class),
                        network.attentionBias(),
                        json.flag("mlp_bias").orElse(false)),
                Sight.ofTypes(json, network.layers(), config.findRows("sliding_window"), i -> slides && !placed.get(i)),
                Map.of("query_scale", network.queryScale()),
                Map.of(
                        "activation",
                        network.activation("hidden_act", "silu"),
                        "rotary",
                        network.rotary(2_000_000, 32_768),
                        "layer_positions",
                        String.join(
                                ",",
                                placed.stream()
                                        .map(yes -> yes ? "rotary" : "none")
                                        .toList())));
    }

    /** Which layers know of positions; {@code no_rope_layers} has a 1 for those that do. */
    private static List<Boolean> placed(NetworkConfig config, int layers) {
        JsonConfig json = config.json();
        Optional<List<Integer>> listed = json.naturals("no_rope_layers", 1);
        int interval = config.findRows("no_rope_layer_interval").orElse(4);
        if (listed.isEmpty()) {
            return IntStream.range(0, layers)
                    .mapToObj(i -> (i + 1) % interval != 0)
                    .toList();
        }
        if (listed.get().size() < layers) {
            throw ModelProblem.wrongFile(
                    "%s: no_rope_layers has %s entries"
                            .formatted(json.subject(), listed.get().size()),
                    "num_hidden_layers is %s.".formatted(layers));
        }
        return listed.get().stream().limit(layers).map(flag -> flag == 1).toList();
    }
}
