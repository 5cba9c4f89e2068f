/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.files;

import io.embark.EmbarkException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A JSON object whose fields are read by type. A field that is null counts as absent, as it does for Python's readers.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class JsonConfig {
    private final String subject;
    private final Map<String, Object> fields;
    private final Set<String> asked;

    private JsonConfig(String subject, Map<String, Object> fields, Set<String> asked) {
        this.subject = subject;
        this.fields = fields;
        this.asked = asked;
    }

    /** The object that a file holds. */
    public static JsonConfig read(Path file) {
        return of(file.toString(), JsonDocument.read(file));
    }

    /** The object that some bytes are; {@code subject} stands for them in errors. */
    public static JsonConfig parse(String subject, byte[] json) {
        return of(subject, JsonDocument.parse(subject, json));
    }

    /** The objects of the array that a file holds. */
    public static List<JsonConfig> readList(Path file) {
        if (!(JsonDocument.read(file) instanceof List<?> values)) {
            throw ModelProblem.damaged("%s: not a JSON array".formatted(file), "This file is a list of objects.");
        }

        List<JsonConfig> objects = new ArrayList<>();
        for (Object value : values) {
            objects.add(of("%s: entry %s".formatted(file, objects.size()), value));
        }
        return objects;
    }

    /** An object without fields, standing for a file that is not there. */
    public static JsonConfig empty(String subject) {
        return new JsonConfig(subject, Map.of(), new HashSet<>());
    }

    private static JsonConfig of(String subject, Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            throw ModelProblem.damaged("%s: not a JSON object".formatted(subject), "An object in braces is expected.");
        }

        Map<String, Object> fields = new LinkedHashMap<>();
        map.forEach((key, field) -> fields.put((String) key, field));
        return new JsonConfig(subject, fields, new HashSet<>());
    }

    /** The same object, in which the fields of another stand for those of the same names, even if they are null there. */
    public JsonConfig overlaid(JsonConfig other) {
        return overlaid(other.fields);
    }

    /** The same object, in which these fields stand for those of the same names. */
    JsonConfig overlaid(Map<String, Object> other) {
        Map<String, Object> both = new LinkedHashMap<>(fields);
        both.putAll(other);
        return new JsonConfig(subject, both, asked);
    }

    /** The plain value of a field, null if it is absent; nobody counts as asking for it. */
    Object value(String key) {
        return fields.get(key);
    }

    /** The keys that somebody has asked for, here or in the same object with other values, whether they are there or not. */
    public Set<String> asked() {
        return Set.copyOf(asked);
    }

    private Object get(String key) {
        asked.add(key);
        return fields.get(key);
    }

    /** The file, and where in it, for error messages. */
    public String subject() {
        return subject;
    }

    public boolean isEmpty() {
        return fields.isEmpty();
    }

    public Set<String> keys() {
        return fields.keySet();
    }

    public boolean has(String key) {
        return get(key) != null;
    }

    public Optional<String> text(String key) {
        return Optional.ofNullable(get(key)).map(value -> asText(key, value));
    }

    /** What a text, or else an object, at {@code key} is made into. */
    public <T> Optional<T> either(String key, Function<String, T> text, Function<JsonConfig, T> object) {
        return get(key) instanceof Map<?, ?>
                ? object(key).map(object)
                : text(key).map(text);
    }

    /** The same of each element of the array at {@code key}. */
    public <T> Optional<List<T>> eachEither(String key, Function<String, T> text, Function<JsonConfig, T> object) {
        return Optional.ofNullable(get(key)).map(value -> {
            if (!(value instanceof List<?> values)) {
                throw wrong(key, value, "a list");
            }
            List<T> made = new ArrayList<>();
            for (Object each : values) {
                String place = "%s: %s: entry %s".formatted(subject, ModelProblem.show(key), made.size());
                made.add(each instanceof Map<?, ?> ? object.apply(of(place, each)) : text.apply(asText(key, each)));
            }
            return made;
        });
    }

    public boolean isObject(String key) {
        return get(key) instanceof Map<?, ?>;
    }

    public String requiredText(String key) {
        return text(key).orElseThrow(() -> missing(key));
    }

    public boolean isText(String key) {
        return get(key) instanceof String;
    }

    /** A text, or a list of texts. */
    public Optional<List<String>> texts(String key) {
        return Optional.ofNullable(get(key))
                .map(value -> value instanceof List<?> list
                        ? list.stream().map(item -> asText(key, item)).toList()
                        : List.of(asText(key, value)));
    }

    /** Whether the field is true or false, where it may be a text too. */
    public boolean isFlag(String key) {
        return get(key) instanceof Boolean;
    }

    public Optional<Boolean> flag(String key) {
        return Optional.ofNullable(get(key)).map(value -> {
            if (value instanceof Boolean flag) {
                return flag;
            }
            throw wrong(key, value, "true or false");
        });
    }

    /** An integer from 1 to {@code max}. */
    public Optional<Integer> positive(String key, int max) {
        return integer(key, 1, max);
    }

    /** One such integer, or a list of them. */
    public Optional<List<Integer>> positives(String key, int max) {
        return Optional.ofNullable(get(key)).map(value -> (value instanceof List<?> list ? list : List.of(value))
                .stream().map(item -> asInteger(key, item, 1, max)).toList());
    }

    /** An integer from 0 to {@code max}. */
    public Optional<Integer> natural(String key, int max) {
        return integer(key, 0, max);
    }

    public int requiredPositive(String key, int max) {
        return positive(key, max).orElseThrow(() -> missing(key));
    }

    /** A number of tokens; empty as well if it is above every limit, as transformers writes 10^30 for "none". */
    public Optional<Integer> limit(String key) {
        if (get(key) instanceof JsonDocument.NumberLiteral number
                && Double.parseDouble(number.literal()) > Integer.MAX_VALUE) {
            return Optional.empty();
        }
        return positive(key, Integer.MAX_VALUE);
    }

    /** A number of bytes, which may be 0. */
    public Optional<Long> bytes(String key) {
        return Optional.ofNullable(get(key)).map(value -> {
            if (value instanceof JsonDocument.NumberLiteral number
                    && number.literal().matches("0|[1-9][0-9]{0,17}")) {
                return Long.parseLong(number.literal());
            }
            throw wrong(key, value, "an integer from 0 to 10^18");
        });
    }

    /** The same where the field wins over others as soon as it is there: {@code Integer.MAX_VALUE} stands for "none" then. */
    public Optional<Integer> decidingLimit(String key) {
        return has(key) ? Optional.of(limit(key).orElse(Integer.MAX_VALUE)) : Optional.empty();
    }

    /** Whether the field is -1, which some configurations write for "none". */
    public boolean isMinusOne(String key) {
        return get(key) instanceof JsonDocument.NumberLiteral number
                && number.literal().equals("-1");
    }

    /** A finite number above zero. */
    public Optional<Double> positiveNumber(String key) {
        return Optional.ofNullable(get(key)).map(value -> {
            if (value instanceof JsonDocument.NumberLiteral number) {
                double parsed = Double.parseDouble(number.literal());
                if (parsed > 0 && parsed < Double.POSITIVE_INFINITY) {
                    return parsed;
                }
            }
            throw wrong(key, value, "a number above 0");
        });
    }

    public double requiredPositiveNumber(String key) {
        return positiveNumber(key).orElseThrow(() -> missing(key));
    }

    /** A list of finite numbers above zero; empty if it is absent. */
    public List<Double> positiveNumbers(String key) {
        return items(key, "a list of numbers").stream()
                .map(item -> new JsonConfig(subject, Map.of(key, item), asked).requiredPositiveNumber(key))
                .toList();
    }

    /** A list of integers from 0 to {@code max}. */
    public Optional<List<Integer>> naturals(String key, int max) {
        return has(key)
                ? Optional.of(items(key, "a list of integers").stream()
                        .map(item -> new JsonConfig(subject, Map.of(key, item), asked)
                                .natural(key, max)
                                .orElseThrow())
                        .toList())
                : Optional.empty();
    }

    /** The entries of a list, of which one that is null is no number and no text. */
    private List<Object> items(String key, String expected) {
        if (!has(key)) {
            return List.of();
        }
        if (get(key) instanceof List<?> values) {
            return values.stream()
                    .map(item -> item == null ? (Object) "null" : item)
                    .toList();
        }
        throw wrong(key, get(key), expected);
    }

    public Optional<JsonConfig> object(String key) {
        return Optional.ofNullable(get(key)).map(value -> {
            if (value instanceof Map<?, ?>) {
                return of(subject + ": " + ModelProblem.show(key), value);
            }
            throw wrong(key, value, "an object");
        });
    }

    /** The objects of the array at {@code key}, none if it is absent. */
    public List<JsonConfig> objects(String key) {
        if (!has(key)) {
            return List.of();
        }
        if (!(get(key) instanceof List<?> values)) {
            throw wrong(key, get(key), "a list of objects");
        }

        List<JsonConfig> objects = new ArrayList<>();
        for (Object value : values) {
            objects.add(of("%s: %s: entry %s".formatted(subject, ModelProblem.show(key), objects.size()), value));
        }
        return objects;
    }

    /** The object at {@code key}, or one without fields. */
    public JsonConfig objectOrEmpty(String key) {
        return object(key).orElseGet(() -> empty(subject + ": " + key));
    }

    private Optional<Integer> integer(String key, int min, int max) {
        return Optional.ofNullable(get(key)).map(value -> asInteger(key, value, min, max));
    }

    private int asInteger(String key, Object value, int min, int max) {
        if (value instanceof JsonDocument.NumberLiteral number
                && number.literal().matches("0|[1-9][0-9]{0,9}")) {
            long parsed = Long.parseLong(number.literal());
            if (min <= parsed && parsed <= max) {
                return (int) parsed;
            }
        }
        throw wrong(key, value, "an integer from %s to %s".formatted(min, max));
    }

    private String asText(String key, Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw wrong(key, value, "a text");
    }

    private EmbarkException missing(String key) {
        return ModelProblem.wrongFile(
                "%s: no field '%s'".formatted(subject, key), "The model cannot be read without it.");
    }

    private EmbarkException wrong(String key, Object value, String expected) {
        String shown = ModelProblem.show(value);
        if (value instanceof String) {
            boolean isOfNumber = expected.contains("number") || expected.contains("integer");
            shown = "the text '%s'%s".formatted(shown, isOfNumber ? ", not a number" : "");
        }
        return ModelProblem.wrongField(
                "%s: %s is %s".formatted(subject, ModelProblem.show(key), shown), "It must be %s.".formatted(expected));
    }
}
