/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.base;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.ToNumberPolicy;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.StringReader;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads JSON as Python's {@code json} does, which writes and reads the configuration of models: what {@link StrictJson} takes, and
 * also NaN, Infinity and -Infinity as numbers, and names given twice, of which the last counts. Whether a number makes sense is for
 * the reader of the field to judge.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class PythonJson {
    /** Stands before a constant while Gson reads it as a text. A noncharacter of Unicode, so no text is taken for one. */
    private static final char MARK = '\ufdd0';

    private static final Map<String, JsonPrimitive> CONSTANTS = Stream.of("NaN", "Infinity", "-Infinity")
            .collect(Collectors.toUnmodifiableMap(name -> MARK + name, PythonJson::number));

    /** A text, or a constant, which is no name of a field. */
    private static final Pattern TEXT_OR_CONSTANT = Pattern.compile(
            "\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"?|(?<constant>-?Infinity|NaN)(?!\\s*:)", Pattern.DOTALL);

    private PythonJson() {}

    /**
     * A document in UTF-8.
     *
     * @throws MalformedJsonException if it is not UTF-8, or not what Python takes for JSON
     */
    public static JsonElement parse(byte[] utf8) throws MalformedJsonException {
        String json = TEXT_OR_CONSTANT
                .matcher(StrictJson.text(utf8))
                .replaceAll(match -> Matcher.quoteReplacement(
                        match.group(1) == null ? match.group() : "\"" + MARK + match.group(1) + "\""));
        try {
            JsonReader reader = new JsonReader(new StringReader(json));
            reader.setStrictness(Strictness.STRICT);
            JsonElement value = StrictJson.readValue(reader);
            StrictJson.requireEnd(reader);
            return withConstants(value);
        } catch (IOException | IllegalStateException e) {
            throw new MalformedJsonException(StrictJson.detail(e), e);
        }
    }

    private static JsonPrimitive number(String literal) {
        JsonReader reader = new JsonReader(new StringReader(literal));
        reader.setStrictness(Strictness.LENIENT);
        try {
            return new JsonPrimitive(ToNumberPolicy.LAZILY_PARSED_NUMBER.readNumber(reader));
        } catch (IOException e) {
            throw new IllegalStateException("a text that is here can be read", e);
        }
    }

    private static JsonElement withConstants(JsonElement json) {
        if (json instanceof JsonObject object) {
            object.entrySet().forEach(field -> field.setValue(withConstants(field.getValue())));
        } else if (json instanceof JsonArray array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, withConstants(array.get(i)));
            }
        } else if (json instanceof JsonPrimitive primitive && primitive.isString()) {
            return CONSTANTS.getOrDefault(primitive.getAsString(), primitive);
        }
        return json;
    }
}
