/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.files;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The keys of one kind of configuration file, and what becomes of each. A key that Sentence Transformers or transformers acts upon
 * is honoured or refused by name, never ignored; so each key that they know is here, in one of four ways:
 *
 * <ul>
 *   <li><b>honoured</b>: a reader of Embark asks for it, and computes what it says or refuses its value;
 *   <li><b>idle</b>: whatever it says, the vectors are the same, for the reason beside it;
 *   <li><b>refused</b>: its other values change vectors, and Embark does not compute those; the values that it does pass;
 *   <li><b>another name</b> of a key, which wins over that key where the file has both.
 * </ul>
 *
 * <p>A key that no list knows is read by no code of theirs. Immutable: each method returns a longer list, in which the last word
 * about a key counts.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class KnownKeys {
    /** Where no key is known yet. */
    public static final KnownKeys NONE = new KnownKeys(Map.of());

    /** What becomes of a key. */
    public sealed interface Use {
        /** A reader asks for it. */
        record Honoured() implements Use {}

        /** Says nothing about vectors. */
        record Idle(String reason) implements Use {}

        /** Only these values, as they are in Java, are computed; null, which stands for an absent field, always is. */
        record Refused(String reason, List<Object> computed) implements Use {}

        /** Says the same as another key. */
        record OtherName(String of) implements Use {}
    }

    private final Map<String, Use> uses;

    private KnownKeys(Map<String, Use> uses) {
        this.uses = uses;
    }

    public KnownKeys honoured(String... keys) {
        return with(new Use.Honoured(), keys);
    }

    /** Keys without effect on vectors; the reason is a whole sentence. */
    public KnownKeys idle(String reason, String... keys) {
        return with(new Use.Idle(requireNonNull(reason, "reason is null")), keys);
    }

    /**
     * A key whose other values Embark does not compute.
     *
     * @param reason what it does, a whole sentence
     * @param computed the values that say what Embark computes anyway: a text, a number, true or false, an empty list or map
     */
    public KnownKeys refused(String reason, String key, Object... computed) {
        return with(new Use.Refused(requireNonNull(reason, "reason is null"), List.of(computed)), key);
    }

    /** {@code other} says what {@code key} says, and wins ({@code attribute_map} of transformers). */
    public KnownKeys otherName(String other, String key) {
        return with(new Use.OtherName(key), other);
    }

    /** These keys and those of another list, which has the last word. */
    public KnownKeys and(KnownKeys more) {
        Map<String, Use> both = new LinkedHashMap<>(uses);
        both.putAll(more.uses);
        return new KnownKeys(both);
    }

    private KnownKeys with(Use use, String... keys) {
        Map<String, Use> longer = new LinkedHashMap<>(uses);
        for (String key : keys) {
            longer.put(key, use);
        }
        return new KnownKeys(longer);
    }

    /** The keys that no reader asks for. */
    public KnownKeys unread() {
        Map<String, Use> unread = new LinkedHashMap<>(uses);
        unread.values().removeIf(use -> use instanceof Use.Honoured);
        return new KnownKeys(unread);
    }

    /** What becomes of each key. */
    public Map<String, Use> uses() {
        return Collections.unmodifiableMap(uses);
    }

    /**
     * The same object by its keys' own names.
     *
     * @throws io.embark.EmbarkException MODEL_UNSUPPORTED if a refused key has a value that is not computed
     */
    public JsonConfig read(JsonConfig json) {
        Map<String, Object> renamed = new LinkedHashMap<>();
        for (String key : json.keys()) {
            if (json.value(key) != null) {
                read(json, key, renamed);
            }
        }
        return json.overlaid(renamed);
    }

    /**
     * The same for arguments of a function, each of which does something.
     *
     * @throws io.embark.EmbarkException MODEL_UNSUPPORTED also if there is a key that the list does not know
     */
    public JsonConfig readArguments(JsonConfig json) {
        json.keys().stream().filter(key -> !uses.containsKey(key)).findFirst().ifPresent(key -> {
            throw ModelProblem.unsupported(
                    "%s: unknown argument '%s'".formatted(json.subject(), ModelProblem.show(key)),
                    "Every argument may change vectors, so that one that is not known cannot be left out.",
                    "Choose a model without it.");
        });
        return read(json);
    }

    private void read(JsonConfig json, String key, Map<String, Object> renamed) {
        Use use = uses.get(key);
        if (use instanceof Use.OtherName other) {
            renamed.put(other.of(), json.value(key));
        } else if (use instanceof Use.Refused refused && !computes(refused, json.value(key))) {
            throw refusal(json, key, refused);
        }
    }

    private static boolean computes(Use.Refused refused, Object value) {
        return refused.computed().stream().anyMatch(computed -> same(computed, value));
    }

    private static boolean same(Object computed, Object value) {
        if (computed instanceof Number number && value instanceof JsonDocument.NumberLiteral literal) {
            return Double.parseDouble(literal.literal()) == number.doubleValue();
        }
        return computed.equals(value);
    }

    private static RuntimeException refusal(JsonConfig json, String key, Use.Refused refused) {
        List<String> computed =
                refused.computed().stream().map(ModelProblem::show).toList();
        return ModelProblem.unsupported(
                "%s: %s is %s".formatted(json.subject(), key, ModelProblem.show(json.value(key))),
                refused.reason(),
                computed.isEmpty()
                        ? "Choose a model without %s.".formatted(key)
                        : "Choose a model whose %s is %s.".formatted(key, String.join(" or ", computed)));
    }
}
