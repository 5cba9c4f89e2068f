/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The parts that one place of a {@code tokenizer.json} may hold, such as its normalisers, by their types.
 *
 * @param listKey the field of a Sequence that lists its parts
 */
record KnownParts(String listKey, Map<String, Part> parts) {
    private static final String SEQUENCE = "Sequence";
    private static final int DEEPEST = 8;

    KnownParts {
        parts = Map.copyOf(parts);
    }

    /**
     * A type with the fields that the library acts upon; it ignores all others, and so they are left out.
     *
     * @param rule what fields have to be together; may change what has been read
     */
    record Part(String type, Map<String, JsonCheck> fields, Rule rule) {
        Part {
            fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
        }

        Part with(String field, JsonCheck check) {
            Map<String, JsonCheck> more = new LinkedHashMap<>(fields);
            more.put(field, check);
            return new Part(type, more, rule);
        }

        Part with(Rule rule) {
            return new Part(type, fields, rule);
        }
    }

    /** What fields have to be together. */
    @FunctionalInterface
    interface Rule {
        Rule NONE = (part, place) -> {};

        void check(JsonObject part, JsonPlace place);
    }

    static Part part(String type) {
        return new Part(type, Map.of(), Rule.NONE);
    }

    static KnownParts of(String listKey, Part... parts) {
        return new KnownParts(listKey, Stream.of(parts).collect(Collectors.toMap(Part::type, Function.identity())));
    }

    /** What is read of a part, a sequence of parts, or nothing. */
    JsonElement read(JsonElement value, JsonPlace place) {
        return value == null || value.isJsonNull() ? JsonNull.INSTANCE : read(value, place, 0);
    }

    private JsonElement read(JsonElement value, JsonPlace place, int depth) {
        JsonObject object = JsonCheck.object(value, place);
        String type = object.get("type") instanceof JsonPrimitive primitive ? primitive.getAsString() : "";
        if (type.equals(SEQUENCE)) {
            if (depth == DEEPEST) {
                throw place.refuse("Sequences within sequences are read %s deep.".formatted(DEEPEST));
            }
            JsonObject sequence = typed(SEQUENCE);
            JsonCheck element = (step, at) -> read(step, at, depth + 1);
            sequence.add(
                    listKey,
                    JsonCheck.listOf(element, JsonCheck.MOST_STEPS).read(object.get(listKey), place.field(listKey)));
            return sequence;
        }
        Part known = parts.get(type);
        if (known == null) {
            throw place.field("type").unknown(type, parts.keySet());
        }
        return read(known, object, place);
    }

    /** What is read of an object as a part of a type. */
    static JsonObject read(Part known, JsonObject object, JsonPlace place) {
        JsonObject read = typed(known.type());
        known.fields().forEach((field, check) -> {
            JsonElement value = check.read(object.get(field), place.field(field));
            if (!value.isJsonNull()) {
                read.add(field, value);
            }
        });
        known.rule().check(read, place);
        return read;
    }

    /** The parts that have been read, in order, those of sequences among them. */
    List<JsonObject> steps(JsonElement read) {
        List<JsonObject> steps = new ArrayList<>();
        collect(read, steps);
        return steps;
    }

    private void collect(JsonElement read, List<JsonObject> steps) {
        if (!(read instanceof JsonObject object)) {
            return;
        }
        if (isA(SEQUENCE, object)) {
            object.getAsJsonArray(listKey).forEach(step -> collect(step, steps));
        } else {
            steps.add(object);
        }
    }

    static boolean isA(String type, JsonObject part) {
        return part.get("type").getAsString().equals(type);
    }

    private static JsonObject typed(String type) {
        JsonObject object = new JsonObject();
        object.addProperty("type", type);
        return object;
    }
}
