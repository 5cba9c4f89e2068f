/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Map;

/** The vocabulary and the merges of a tokenizer's model; hundreds of thousands of them, so places are made for errors only. */
final class Vocabulary {
    /** The library keeps a tree of the bytes of all tokens, and takes it down by recursion. */
    private static final int MOST_SCORED_TOKEN_CHARS = 512;

    private static final double MOST_SCORE = 1e9;

    private Vocabulary() {}

    /** Tokens with their numbers. */
    static JsonElement byToken(JsonElement value, JsonPlace place) {
        JsonObject vocabulary = JsonCheck.object(value, place);
        for (Map.Entry<String, JsonElement> entry : vocabulary.entrySet()) {
            if (!JsonCheck.isNumber(entry.getValue(), 0, JsonCheck.LARGEST_ID)) {
                throw place.field(entry.getKey())
                        .refuse(
                                "a whole number from 0 to %s".formatted(JsonCheck.LARGEST_ID),
                                entry.getValue().toString());
            }
        }
        return vocabulary;
    }

    /** Tokens with their scores, in the order of their numbers. */
    static JsonElement withScores(JsonElement value, JsonPlace place) {
        if (!(value instanceof JsonArray vocabulary)) {
            throw place.refuse("It must be a list of tokens with their scores.");
        }
        for (int i = 0; i < vocabulary.size(); i++) {
            if (!(vocabulary.get(i) instanceof JsonArray entry)
                    || entry.size() != 2
                    || !isText(entry.get(0))
                    || !isScore(entry.get(1))) {
                throw place.element(i)
                        .refuse(
                                "a token and its score, a number",
                                vocabulary.get(i).toString());
            }
            if (entry.get(0).getAsString().length() > MOST_SCORED_TOKEN_CHARS) {
                throw place.element(i)
                        .refuse(
                                "a token of at most %s characters".formatted(MOST_SCORED_TOKEN_CHARS),
                                "one of " + entry.get(0).getAsString().length());
            }
        }
        return vocabulary;
    }

    /** Texts with a space between the parts, or lists of two. */
    static JsonElement merges(JsonElement value, JsonPlace place) {
        if (!(value instanceof JsonArray merges)) {
            throw place.refuse("It must be a list of merges.");
        }
        for (int i = 0; i < merges.size(); i++) {
            boolean isPair = merges.get(i) instanceof JsonArray pair
                    && pair.size() == 2
                    && isText(pair.get(0))
                    && isText(pair.get(1));
            if (!isPair && !isText(merges.get(i))) {
                throw place.element(i).refuse("two tokens with a space between, or a list of two", merges.get(i));
            }
        }
        return merges;
    }

    static void hasUnknownToken(JsonObject model, JsonPlace place) {
        requireToken(model, "unk_token", place);
    }

    static void hasUnknownId(JsonObject model, JsonPlace place) {
        int size = model.getAsJsonArray("vocab").size();
        if (model.get("unk_id").getAsLong() >= size) {
            throw place.field("unk_id")
                    .refuse("the number of one of the %s tokens".formatted(size), model.get("unk_id"));
        }
    }

    /**
     * The library cuts as many bytes from the second part of each merge as the prefix of continuing words has, and looks
     * neither at the part's length nor at where its characters begin.
     */
    static void fitsMerges(JsonObject model, JsonPlace place) {
        if (model.has("unk_token")) {
            requireToken(model, "unk_token", place);
        }
        if (!model.has("continuing_subword_prefix")) {
            return;
        }
        String prefix = model.get("continuing_subword_prefix").getAsString();
        JsonArray merges = model.getAsJsonArray("merges");
        for (int i = 0; i < merges.size(); i++) {
            String part = secondPart(merges.get(i));
            if (!part.startsWith(prefix)) {
                throw place.field("merges")
                        .element(i)
                        .refuse("It ends with '%s', which does not begin with the prefix '%s' of continuing words."
                                .formatted(part, prefix));
            }
        }
    }

    private static String secondPart(JsonElement merge) {
        if (merge instanceof JsonArray parts) {
            return parts.get(1).getAsString();
        }
        String both = merge.getAsString();
        return both.substring(both.indexOf(' ') + 1);
    }

    private static void requireToken(JsonObject model, String field, JsonPlace place) {
        String token = model.get(field).getAsString();
        if (!model.getAsJsonObject("vocab").has(token)) {
            throw place.field(field).refuse("It must be a token of model.vocab, and '%s' is none.".formatted(token));
        }
    }

    private static boolean isText(JsonElement value) {
        return value instanceof JsonPrimitive primitive && primitive.isString();
    }

    private static boolean isScore(JsonElement value) {
        return value instanceof JsonPrimitive primitive
                && primitive.isNumber()
                && Math.abs(primitive.getAsDouble()) <= MOST_SCORE;
    }
}
