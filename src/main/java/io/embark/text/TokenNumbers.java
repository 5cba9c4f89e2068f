/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The numbers of the tokens of a vocabulary that nobody has checked yet. */
final class TokenNumbers {
    private final Map<String, Integer> byToken = new HashMap<>();

    /** Those of a tokenizer's model: tokens with their numbers, or tokens with scores in the order of their numbers. */
    TokenNumbers(JsonObject model) {
        JsonElement vocabulary = model.get("vocab");
        if (vocabulary instanceof JsonObject numbers) {
            numbers.entrySet().forEach(entry -> {
                if (JsonCheck.isNumber(entry.getValue(), 0, JsonCheck.LARGEST_ID)) {
                    byToken.put(entry.getKey(), entry.getValue().getAsInt());
                }
            });
        }
        if (vocabulary instanceof JsonArray scored) {
            for (int i = 0; i < scored.size(); i++) {
                int number = i;
                token(scored.get(i)).ifPresent(token -> byToken.put(token, number));
            }
        }
    }

    /** The text of an element of a list with scores. */
    static Optional<String> token(JsonElement scored) {
        return scored instanceof JsonArray entry
                        && entry.size() == 2
                        && entry.get(0) instanceof JsonPrimitive token
                        && token.isString()
                ? Optional.of(token.getAsString())
                : Optional.empty();
    }

    Optional<Integer> of(String token) {
        return Optional.ofNullable(byToken.get(token));
    }

    int size() {
        return byToken.size();
    }

    Map<String, Integer> all() {
        return byToken;
    }
}
