/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.files;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.stream.MalformedJsonException;
import io.embark.base.PythonJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A JSON file of a model, read as Python reads it, as plain values: a {@code Map}, {@code List}, {@code String}, {@code Boolean}, {@link NumberLiteral} or
 * null.
 */
final class JsonDocument {
    /** Far above any configuration of a model, far below the heap. */
    private static final int MAX_BYTES = 16 << 20;

    /** A number as it stands in the file, since its range is for the reader of the field to judge. */
    record NumberLiteral(String literal) {
        @Override
        public String toString() {
            return literal;
        }
    }

    private JsonDocument() {}

    /** The document in a file; any trouble with it is an {@link io.embark.EmbarkException} that names the file. */
    static Object read(Path file) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (IOException e) {
            throw ModelProblem.unreadable(file, e);
        }
        if (bytes.length > MAX_BYTES) {
            throw ModelProblem.invalid(
                    "%s: larger than %s bytes".formatted(file, MAX_BYTES),
                    "A JSON file of a model is never that large.",
                    "Look whether another file was saved under this name.");
        }
        return parse(file.toString(), bytes);
    }

    /** The document in some bytes; any trouble with it is an {@link io.embark.EmbarkException} that names the subject. */
    static Object parse(String subject, byte[] bytes) {
        try {
            return plain(PythonJson.parse(bytes));
        } catch (MalformedJsonException e) {
            throw ModelProblem.damaged(
                    "%s: not valid JSON".formatted(subject), "Reading it ended with: %s.".formatted(e.getMessage()), e);
        }
    }

    private static Object plain(JsonElement json) {
        if (json instanceof JsonObject object) {
            Map<String, Object> fields = new LinkedHashMap<>();
            object.entrySet().forEach(field -> fields.put(field.getKey(), plain(field.getValue())));
            return fields;
        } else if (json instanceof JsonArray array) {
            List<Object> values = new ArrayList<>(array.size());
            array.forEach(value -> values.add(plain(value)));
            return values;
        } else if (json instanceof JsonPrimitive primitive) {
            return primitive.isNumber()
                    ? new NumberLiteral(primitive.getAsString())
                    : primitive.isBoolean() ? (Object) primitive.getAsBoolean() : primitive.getAsString();
        }
        return null;
    }
}
