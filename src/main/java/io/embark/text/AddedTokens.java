/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.embark.model.SpecialTokens.Token;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The {@code added_tokens} of a {@code tokenizer.json}, to which more are added as {@code AddedVocabulary} of the library does. */
final class AddedTokens {
    private final JsonArray tokens = new JsonArray();
    private final Map<String, Integer> places = new HashMap<>();
    private final TokenNumbers vocabulary;
    private int next;

    /** @param known those that are there; what is no token among them stays, for whoever checks the file */
    AddedTokens(JsonElement known, TokenNumbers vocabulary) {
        this.vocabulary = vocabulary;
        this.next = vocabulary.size();
        if (known instanceof JsonArray list) {
            list.forEach(this::keep);
        }
    }

    private void keep(JsonElement token) {
        if (token instanceof JsonObject object
                && object.get("content") instanceof JsonPrimitive content
                && JsonCheck.isNumber(object.get("id"), 0, JsonCheck.LARGEST_ID)) {
            places.put(content.getAsString(), tokens.size());
            next = Math.max(next, object.get("id").getAsInt() + 1);
        }
        tokens.add(token);
    }

    boolean has(String content) {
        return places.containsKey(content);
    }

    /** Adds a token, or changes how it is looked for if it is there: the vocabulary's number, or else the next one that is free. */
    void add(Token token) {
        if (token.content().isEmpty()) {
            return;
        }
        int number = number(token.content()).orElseGet(() -> next++);
        JsonObject json = new JsonObject();
        json.addProperty("id", number);
        json.addProperty("content", token.content());
        json.addProperty("single_word", token.singleWord());
        json.addProperty("lstrip", token.lstrip());
        json.addProperty("rstrip", token.rstrip());
        json.addProperty("normalized", token.isNormalized());
        json.addProperty("special", token.special());
        Integer place = places.get(token.content());
        if (place == null) {
            places.put(token.content(), tokens.size());
            tokens.add(json);
        } else {
            tokens.set(place, json);
        }
    }

    /** The number of a token, added or not. */
    Optional<Integer> number(String content) {
        Integer place = places.get(content);
        return place == null
                ? vocabulary.of(content)
                : Optional.of(tokens.get(place).getAsJsonObject().get("id").getAsInt());
    }

    JsonArray json() {
        return tokens;
    }
}
