/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.embark.model.JsonMutation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Changes a {@code tokenizer.json} as somebody would who looks for what its reader does not expect. */
final class TokenizerMutation {
    private static final List<String> PLACES =
            List.of("normalizer", "pre_tokenizer", "post_processor", "added_tokens", "model", "model");

    private static final List<String> TYPES = List.of(
            "NFC",
            "NFKD",
            "Lowercase",
            "StripAccents",
            "ByteLevel",
            "Strip",
            "Prepend",
            "Replace",
            "Precompiled",
            "BertNormalizer",
            "Sequence",
            "Whitespace",
            "UnicodeScripts",
            "FixedLength",
            "Digits",
            "Punctuation",
            "Metaspace",
            "Split",
            "BertProcessing",
            "RobertaProcessing",
            "TemplateProcessing",
            "WordPiece",
            "WordLevel",
            "BPE",
            "Unigram");

    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "\u0000",
            "\u0301",
            "\u2581",
            "(a+)+$",
            "(a|aa)+$",
            "\\s*",
            "x*",
            "(?<=x)x",
            "\\s+$",
            " {2,}",
            "\\p{L}+",
            "[^x",
            "AAAA",
            "\u00e9\u00e9",
            "\uFDFA",
            "x".repeat(100_000));

    private TokenizerMutation() {}

    static String of(String tokenizer, Random random) {
        String mutated = tokenizer;
        for (int changes = 1 + random.nextInt(2); changes > 0; changes--) {
            mutated = random.nextInt(20) == 0 ? withByte(mutated, random) : withChange(mutated, random);
        }
        return mutated;
    }

    private static String withByte(String json, Random random) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String withChange(String json, Random random) {
        JsonElement root;
        try {
            root = JsonParser.parseString(json);
        } catch (RuntimeException e) {
            return json;
        }
        if (!(root instanceof JsonObject tokenizer)) {
            return json;
        }
        String place = PLACES.get(random.nextInt(PLACES.size()));
        JsonElement part = tokenizer.get(place);
        if (part == null || part.isJsonNull()) {
            return JsonMutation.of(json, random);
        }
        switch (random.nextInt(8)) {
            case 0 -> renamed(part, TYPES.get(random.nextInt(TYPES.size())), random);
            case 1 -> tokenizer.add(place, nested(place, part, 1 + random.nextInt(12)));
            case 2 -> texts(part, random);
            case 3 -> repeated(part, random);
            default -> tokenizer.add(place, JsonParser.parseString(JsonMutation.of(part.toString(), random)));
        }
        return tokenizer.toString();
    }

    /** Another type for one part. */
    private static void renamed(JsonElement element, String type, Random random) {
        if (element instanceof JsonObject object) {
            if (object.has("type") && random.nextBoolean()) {
                object.addProperty("type", type);
                return;
            }
            object.entrySet().stream()
                    .filter(field -> !field.getKey().equals("vocab"))
                    .map(Map.Entry::getValue)
                    .toList()
                    .forEach(value -> renamed(value, type, random));
        } else if (element instanceof JsonArray array && !array.isEmpty()) {
            renamed(array.get(random.nextInt(array.size())), type, random);
        }
    }

    private static JsonElement nested(String place, JsonElement part, int times) {
        String key =
                switch (place) {
                    case "normalizer" -> "normalizers";
                    case "pre_tokenizer" -> "pretokenizers";
                    default -> "processors";
                };
        JsonElement nested = part;
        for (int i = 0; i < times; i++) {
            JsonArray list = new JsonArray();
            list.add(nested);
            list.add(part.deepCopy());
            JsonObject sequence = new JsonObject();
            sequence.addProperty("type", "Sequence");
            sequence.add(key, list);
            nested = sequence;
        }
        return nested;
    }

    /** Another text for each text, some of the time. */
    private static void texts(JsonElement element, Random random) {
        if (element instanceof JsonObject object) {
            for (Map.Entry<String, JsonElement> field : List.copyOf(object.entrySet())) {
                if (field.getValue() instanceof JsonPrimitive value
                        && value.isString()
                        && !field.getKey().equals("type")) {
                    if (random.nextInt(3) == 0) {
                        object.addProperty(field.getKey(), text(value.getAsString(), random));
                    }
                } else if (!field.getKey().equals("vocab")) {
                    texts(field.getValue(), random);
                }
            }
        } else if (element instanceof JsonArray array && !array.isEmpty()) {
            texts(array.get(random.nextInt(array.size())), random);
        }
    }

    private static String text(String text, Random random) {
        if (random.nextBoolean() || text.isEmpty()) {
            return TEXTS.get(random.nextInt(TEXTS.size()));
        }
        char[] chars = text.toCharArray();
        chars[random.nextInt(chars.length)] = "A/+=x\\( *\u0301".charAt(random.nextInt(10));
        return new String(chars);
    }

    /** One element of a list many times more. */
    private static void repeated(JsonElement element, Random random) {
        if (element instanceof JsonArray array && !array.isEmpty()) {
            JsonElement one = array.get(random.nextInt(array.size()));
            int times = 1 << random.nextInt(9);
            for (int i = 0; i < times; i++) {
                array.add(one.deepCopy());
            }
        } else if (element instanceof JsonObject object) {
            List.copyOf(object.asMap().values()).forEach(value -> {
                if (value.isJsonArray() || (value.isJsonObject() && random.nextBoolean())) {
                    repeated(value, random);
                }
            });
        }
    }
}
