/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.decoder;

import io.embark.model.files.JsonConfig;
import io.embark.model.files.ModelProblem;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * What the tokens of each layer see.
 *
 * @param causal whether they see those before them only
 * @param window where a layer looks through a window: how many tokens that is, the one that looks being one of them; where tokens
 *     look both ways, how far it reaches on either side
 * @param sliding which layers look through it
 */
record Sight(boolean causal, int window, List<Boolean> sliding) {
    private static final String FULL = "full_attention";
    private static final String SLIDING = "sliding_attention";

    Sight {
        sliding = List.copyOf(sliding);
    }

    /** Every layer alike; without a window where there is none. */
    static Sight ofAll(JsonConfig json, int layers, Optional<Integer> window) {
        return new Sight(isCausal(json), window.orElse(1), Collections.nCopies(layers, window.isPresent()));
    }

    /**
     * As {@code layer_types} says, or where the file is silent, {@code slides} of a layer's number.
     *
     * @param window empty where the configuration has none
     */
    static Sight ofTypes(JsonConfig json, int layers, Optional<Integer> window, IntPredicate slides) {
        List<String> types = json.texts("layer_types").orElse(List.of());
        List<Boolean> sliding = types.isEmpty()
                ? IntStream.range(0, layers)
                        .mapToObj(i -> window.isPresent() && slides.test(i))
                        .toList()
                : sliding(json, types, layers);
        if (window.isEmpty() && sliding.contains(true)) {
            throw ModelProblem.wrongFile(
                    "%s: layer_types has '%s'".formatted(json.subject(), SLIDING),
                    "Without a sliding_window, which use_sliding_window may switch off, these layers have no width.");
        }
        return new Sight(isCausal(json), window.orElse(1), sliding);
    }

    /** {@code "is_causal": false} makes tokens look both ways. */
    private static boolean isCausal(JsonConfig json) {
        return json.flag("is_causal").orElse(true);
    }

    private static List<Boolean> sliding(JsonConfig json, List<String> types, int layers) {
        types.stream()
                .filter(type -> !type.equals(FULL) && !type.equals(SLIDING))
                .findFirst()
                .ifPresent(type -> {
                    throw ModelProblem.unsupported(
                            "%s: layer_types has '%s'".formatted(json.subject(), ModelProblem.show(type)),
                            "Known are: %s, %s.".formatted(FULL, SLIDING),
                            "Choose a model with layers of these types.");
                });
        if (types.size() != layers) {
            throw ModelProblem.wrongFile(
                    "%s: layer_types has %s entries".formatted(json.subject(), types.size()),
                    "num_hidden_layers is %s.".formatted(layers));
        }
        return types.stream().map(SLIDING::equals).toList();
    }

    /** How far tokens see, for the script. */
    Map<String, Double> numbers() {
        return Map.of(
                "window_left", causal ? window - 1.0 : window,
                "window_right", causal ? 0.0 : window,
                "right", causal ? 0.0 : -1.0);
    }

    /** The kinds of layers as the script reads them: {@code sliding,full,...}. */
    String layerTypes() {
        return String.join(
                ",", sliding.stream().map(slides -> slides ? "sliding" : "full").toList());
    }
}
