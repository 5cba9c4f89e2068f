/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.embark.EmbarkException;
import io.embark.ErrorCode;
import java.util.List;

/** What a value of a {@code tokenizer.json} has to be, and what of it is given to the tokenizers library. */
@FunctionalInterface
interface JsonCheck {
    /** More are in no tokenizer, and each costs time with every text. */
    int MOST_STEPS = 128;

    /** What code points have in common is that a vocabulary has fewer. */
    long LARGEST_ID = Integer.MAX_VALUE - 1L;

    int MOST_DIGITS = 18;

    /**
     * Reads a value.
     *
     * @param value null if it is missing
     * @return what the library is given; {@link JsonNull} to leave the value out
     * @throws EmbarkException {@link ErrorCode#TOKENIZER_INVALID} if it is something else
     */
    JsonElement read(JsonElement value, JsonPlace place);

    JsonCheck FLAG = (value, place) -> {
        if (value instanceof JsonPrimitive primitive && primitive.isBoolean()) {
            return primitive;
        }
        throw place.refuse("true or false", shown(value));
    };

    JsonCheck ID = number(0, LARGEST_ID);

    JsonCheck CHARACTER = (value, place) -> {
        String text = text(value, place, 2);
        if (text.codePointCount(0, text.length()) != 1) {
            throw place.refuse("one character", shown(value));
        }
        return value;
    };

    /** The same, or nothing where the file says nothing. */
    default JsonCheck orNothing() {
        return (value, place) -> value == null || value.isJsonNull() ? JsonNull.INSTANCE : read(value, place);
    }

    static JsonCheck text(int maxChars) {
        return (value, place) -> {
            text(value, place, maxChars);
            return value;
        };
    }

    static JsonCheck number(long least, long most) {
        return (value, place) -> {
            if (!isNumber(value, least, most)) {
                throw place.refuse("a whole number from %s to %s".formatted(least, most), shown(value));
            }
            return value;
        };
    }

    static JsonCheck oneOf(String... values) {
        List<String> known = List.of(values);
        return (value, place) -> {
            if (value instanceof JsonPrimitive primitive && known.contains(primitive.getAsString())) {
                return value;
            }
            throw place.refuse("one of %s".formatted(String.join(", ", known)), shown(value));
        };
    }

    static JsonCheck listOf(JsonCheck element, int most) {
        return (value, place) -> {
            if (!(value instanceof JsonArray list)) {
                throw place.refuse("a list", shown(value));
            }
            if (list.size() > most) {
                throw place.refuse("a list of at most %s".formatted(most), "one of %s".formatted(list.size()));
            }
            JsonArray read = new JsonArray();
            for (int i = 0; i < list.size(); i++) {
                read.add(element.read(list.get(i), place.element(i)));
            }
            return read;
        };
    }

    /** A list of two, such as a token and its number. */
    static JsonCheck pair(JsonCheck first, JsonCheck second) {
        return (value, place) -> {
            if (!(value instanceof JsonArray list) || list.size() != 2) {
                throw place.refuse("a list of two", shown(value));
            }
            JsonArray read = new JsonArray();
            read.add(first.read(list.get(0), place.element(0)));
            read.add(second.read(list.get(1), place.element(1)));
            return read;
        };
    }

    static String text(JsonElement value, JsonPlace place, int maxChars) {
        if (!(value instanceof JsonPrimitive primitive) || !primitive.isString()) {
            throw place.refuse("a text", shown(value));
        }
        String text = primitive.getAsString();
        if (text.length() > maxChars) {
            throw place.refuse("a text of at most %s characters".formatted(maxChars), "one of " + text.length());
        }
        return text;
    }

    static JsonObject object(JsonElement value, JsonPlace place) {
        if (value instanceof JsonObject object) {
            return object;
        }
        throw place.refuse("an object", shown(value));
    }

    static boolean isNumber(JsonElement value, long least, long most) {
        if (!(value instanceof JsonPrimitive primitive) || !primitive.isNumber()) {
            return false;
        }
        String digits = primitive.getAsString();
        // Called for every word of a vocabulary.
        if (digits.length() > MOST_DIGITS || digits.chars().anyMatch(c -> c < '0' || c > '9')) {
            return false;
        }
        long number = Long.parseLong(digits);
        return least <= number && number <= most;
    }

    private static String shown(JsonElement value) {
        if (value == null) {
            return "missing";
        }
        return value.isJsonArray() ? "a list" : value.isJsonObject() ? "an object" : value.toString();
    }
}
