/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.math.BigDecimal;
import java.util.Set;

/**
 * Holds a value to a JSON Schema of the few words that the manual's use; another word is refused, so that none goes unheeded.
 *
 * @param schema the schema
 */
record SchemaCheck(JsonObject schema) {
    private static final Set<String> DESCRIPTIONS = Set.of("$schema", "title", "description");

    /** Throws an AssertionError that names the first place that is not as the schema says. */
    void require(JsonElement value) {
        require("$", value, schema);
    }

    private static void require(String place, JsonElement value, JsonObject schema) {
        schema.asMap().forEach((word, says) -> {
            switch (word) {
                case "type" ->
                    require(isOfType(value, says.getAsString()), place, value + " is no " + says.getAsString());
                case "enum" -> require(says.getAsJsonArray().contains(value), place, value + " is none of " + says);
                case "minimum" ->
                    require(
                            value.getAsBigDecimal().compareTo(says.getAsBigDecimal()) >= 0,
                            place,
                            value + " is less than " + says);
                case "pattern" ->
                    require(value.getAsString().matches(says.getAsString()), place, value + " does not match " + says);
                case "required" ->
                    says.getAsJsonArray()
                            .forEach(key -> require(
                                    value.getAsJsonObject().has(key.getAsString()),
                                    place,
                                    key.getAsString() + " is missing"));
                case "items" ->
                    value.getAsJsonArray().forEach(item -> require(place + "[]", item, says.getAsJsonObject()));
                case "properties", "additionalProperties" -> requireProperties(place, value.getAsJsonObject(), schema);
                default -> require(DESCRIPTIONS.contains(word), place, word + " is no word of the schema");
            }
        });
    }

    private static void requireProperties(String place, JsonObject value, JsonObject schema) {
        JsonObject known = schema.has("properties") ? schema.getAsJsonObject("properties") : new JsonObject();
        value.asMap().forEach((key, property) -> {
            if (known.has(key)) {
                require(place + "." + key, property, known.getAsJsonObject(key));
            } else if (schema.has("additionalProperties")) {
                JsonElement others = schema.get("additionalProperties");
                require(others.isJsonObject(), place, key + " is not in the schema");
                require(place + "." + key, property, others.getAsJsonObject());
            }
        });
    }

    private static boolean isOfType(JsonElement value, String type) {
        return switch (type) {
            case "object" -> value.isJsonObject();
            case "array" -> value.isJsonArray();
            case "boolean" ->
                value.isJsonPrimitive() && value.getAsJsonPrimitive().isBoolean();
            case "string" ->
                value.isJsonPrimitive() && value.getAsJsonPrimitive().isString();
            case "number" ->
                value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
            case "integer" -> isOfType(value, "number") && isWhole(value.getAsBigDecimal());
            default -> throw new AssertionError("%s is no type that is known here".formatted(type));
        };
    }

    private static boolean isWhole(BigDecimal number) {
        return number.stripTrailingZeros().scale() <= 0;
    }

    private static void require(boolean holds, String place, String message) {
        if (!holds) {
            throw new AssertionError(place + ": " + message);
        }
    }
}
