/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Changes one value of a JSON document, which stays a JSON document: to another type, another size, or something hostile. */
public final class JsonMutation {
    /** Numbers at the edges of types, and texts that somebody might follow or believe. */
    private static final List<String> VALUES = List.of(
            "0",
            "-1",
            "1",
            "2",
            "7",
            "0.5",
            "1e-300",
            "1e300",
            "2147483647",
            "2147483648",
            "-9223372036854775808",
            "9223372036854775807",
            "18446744073709551615",
            "1000000000000000000000000000000",
            "true",
            "false",
            "null",
            "[]",
            "{}",
            "\"\"",
            "\"..\"",
            "\"../../etc/passwd\"",
            "\"/dev/zero\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"1\"",
            "[[[[[[[[]]]]]]]]",
            "[1, -1, null]",
            "{\"type\": \"Sequence\"}",
            "\"silu\"",
            "\"cls\"");

    private JsonMutation() {}

    /** A document with one value changed, left out, doubled or swapped with a neighbour. */
    public static String of(String json, Random random) {
        JsonElement root = JsonParser.parseString(json);
        List<Runnable> changes = new ArrayList<>();
        collect(root, random, changes);
        if (!changes.isEmpty()) {
            changes.get(random.nextInt(changes.size())).run();
        }
        return root.toString();
    }

    private static void collect(JsonElement element, Random random, List<Runnable> changes) {
        if (element instanceof JsonObject object) {
            for (Map.Entry<String, JsonElement> field : object.entrySet()) {
                changes.add(() -> {
                    switch (random.nextInt(6)) {
                        case 0 -> object.remove(field.getKey());
                        case 1 -> object.add(field.getKey() + "x", object.remove(field.getKey()));
                        case 2 -> object.add(field.getKey(), scaled(field.getValue(), random));
                        default -> object.add(field.getKey(), value(random));
                    }
                });
                collect(field.getValue(), random, changes);
            }
        } else if (element instanceof JsonArray array) {
            for (int i = 0; i < array.size(); i++) {
                int place = i;
                changes.add(() -> {
                    switch (random.nextInt(5)) {
                        case 0 -> array.remove(place);
                        case 1 -> array.add(array.get(place).deepCopy());
                        case 2 -> array.set(place, scaled(array.get(place), random));
                        default -> array.set(place, value(random));
                    }
                });
                collect(array.get(i), random, changes);
            }
        }
    }

    private static JsonElement scaled(JsonElement element, Random random) {
        if (element instanceof JsonPrimitive primitive && primitive.isNumber()) {
            long number = primitive.getAsNumber().longValue();
            return new JsonPrimitive(random.nextBoolean() ? number + 1 : number * (1L << random.nextInt(40)));
        }
        return JsonNull.INSTANCE;
    }

    private static JsonElement value(Random random) {
        return JsonParser.parseString(VALUES.get(random.nextInt(VALUES.size())));
    }
}
