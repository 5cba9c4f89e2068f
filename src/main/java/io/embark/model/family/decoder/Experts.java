/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.decoder;

import io.embark.model.family.NetworkConfig;
import io.embark.model.family.TensorList;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.ModelProblem;
import java.util.Map;

/**
 * A layer's experts: gated products of which each token goes through a few, which a router chooses.
 *
 * @param count how many there are
 * @param perToken how many of them a token goes through
 * @param intermediateSize components within an expert
 * @param shared whether the shares of a token's experts are made to sum up to 1
 */
record Experts(int count, int perToken, int intermediateSize, boolean shared) {
    /** So many that no table of tensors grows out of hand. */
    private static final int MAX_EXPERTS = 1_024;

    /** As Qwen3-MoE says it. */
    static Experts read(JsonConfig json) {
        int count = json.positive("num_experts", MAX_EXPERTS).orElse(128);
        int perToken = json.positive("num_experts_per_tok", MAX_EXPERTS).orElse(8);
        if (perToken > count) {
            throw ModelProblem.wrongFile(
                    "%s: num_experts_per_tok is %s".formatted(json.subject(), perToken),
                    "There are no more experts than %s.".formatted(count));
        }
        return new Experts(
                count,
                perToken,
                new NetworkConfig(json).findWidth("moe_intermediate_size").orElse(768),
                json.flag("norm_topk_prob").orElse(false));
    }

    void addAll(TensorList tensors, String name, int hiddenSize) {
        tensors.linear(name + "router", hiddenSize, count, false);
        for (int i = 0; i < count; i++) {
            addOne(tensors, name + "experts." + i + ".", hiddenSize, intermediateSize, false);
        }
    }

    /** The products of one, which a layer without experts has too: two side by side, one of them the gate, and one behind. */
    static void addOne(TensorList tensors, String name, int hiddenSize, int inner, boolean bias) {
        tensors.linear(name + "gate_proj", hiddenSize, inner, bias)
                .linear(name + "up_proj", hiddenSize, inner, bias)
                .linear(name + "down_proj", inner, hiddenSize, bias);
    }

    /** For the script. */
    Map<String, Double> numbers() {
        return Map.of(
                "experts", (double) count, "chosen_experts", (double) perToken, "normalize_chosen", shared ? 1.0 : 0.0);
    }
}
