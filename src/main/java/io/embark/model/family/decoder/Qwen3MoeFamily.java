/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.decoder;

import io.embark.model.family.Architecture;
import io.embark.model.family.ConfigKeys;
import io.embark.model.family.NetworkConfig;
import io.embark.model.family.TokenizerKind;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Qwen3 with experts in most layers. */
final class Qwen3MoeFamily implements DecoderFamily {
    private static final int MAX_LAYERS = 1_000;

    @Override
    public List<String> modelTypes() {
        return List.of("qwen3_moe");
    }

    @Override
    public Optional<TokenizerKind> tokenizer(String modelType) {
        return Optional.of(TokenizerKind.QWEN2);
    }

    @Override
    public KnownKeys keys() {
        return DecoderNetwork.KEYS
                .honoured(
                        "hidden_act",
                        "attention_bias",
                        "use_sliding_window",
                        "sliding_window",
                        "num_experts",
                        "num_experts_per_tok",
                        "moe_intermediate_size",
                        "norm_topk_prob",
                        "decoder_sparse_step",
                        "mlp_only_layers")
                .otherName("num_local_experts", "num_experts")
                .idle("The layers of this type do not ask for it.", "max_window_layers", "layer_types")
                .idle(ConfigKeys.TRAINING, "router_aux_loss_coef", "output_router_logits");
    }

    @Override
    public Architecture read(JsonConfig json) {
        DecoderNetwork network = DecoderNetwork.read(json);
        NetworkConfig sizes = new NetworkConfig(json);
        Experts experts = Experts.read(json);
        int step = sizes.findRows("decoder_sparse_step").orElse(1);
        List<Integer> without = json.naturals("mlp_only_layers", MAX_LAYERS).orElse(List.of());
        List<Optional<Experts>> ofLayers = IntStream.range(0, network.layers())
                .mapToObj(i ->
                        (i + 1) % step == 0 && !without.contains(i) ? Optional.of(experts) : Optional.<Experts>empty())
                .toList();
        Map<String, Double> numbers = new HashMap<>(experts.numbers());
        numbers.put("query_scale", network.queryScale());
        return network.architecture(
                LayerPart.withBiases(EnumSet.of(LayerPart.HEAD_NORMS), network.attentionBias(), false),
                Sight.ofAll(json, network.layers(), QwenFamily.window(sizes)),
                ofLayers,
                numbers,
                Map.of(
                        "activation",
                        network.activation("hidden_act", "silu"),
                        "rotary",
                        network.rotary(10_000, 32_768)));
    }
}
