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
import java.util.List;
import java.util.function.ToIntFunction;

/** Parts of a {@code tokenizer.json}, by the names that the tokenizers library has for them in Python. */
final class TokenizerPieces {
    static final String WORD_START = "\u2581";

    private TokenizerPieces() {}

    static JsonObject typed(String type) {
        JsonObject json = new JsonObject();
        json.addProperty("type", type);
        return json;
    }

    static JsonElement normalizers(List<JsonObject> steps) {
        return sequence("normalizers", steps);
    }

    static JsonElement preTokenizers(JsonObject... steps) {
        return sequence("pretokenizers", List.of(steps));
    }

    /** A single one stands for itself. */
    private static JsonElement sequence(String key, List<JsonObject> steps) {
        if (steps.size() < 2) {
            return steps.isEmpty() ? JsonNull.INSTANCE : steps.get(0);
        }
        JsonArray list = new JsonArray();
        steps.forEach(list::add);
        JsonObject sequence = typed("Sequence");
        sequence.add(key, list);
        return sequence;
    }

    static JsonObject replace(String text, String by) {
        return replace("String", text, by);
    }

    static JsonObject replaceAll(String regex, String by) {
        return replace("Regex", regex, by);
    }

    private static JsonObject replace(String kind, String pattern, String by) {
        JsonObject replace = typed("Replace");
        replace.add("pattern", pattern(kind, pattern));
        replace.addProperty("content", by);
        return replace;
    }

    static JsonObject stripEnd() {
        JsonObject strip = typed("Strip");
        strip.addProperty("strip_left", false);
        strip.addProperty("strip_right", true);
        return strip;
    }

    /** @param stripAccents null for "as it lowers cases" */
    static JsonObject bertNormalizer(boolean clean, boolean chinese, Boolean stripAccents, boolean lowerCase) {
        JsonObject normalizer = typed("BertNormalizer");
        normalizer.addProperty("clean_text", clean);
        normalizer.addProperty("handle_chinese_chars", chinese);
        normalizer.add("strip_accents", stripAccents == null ? JsonNull.INSTANCE : new JsonPrimitive(stripAccents));
        normalizer.addProperty("lowercase", lowerCase);
        return normalizer;
    }

    static JsonObject byteLevel(boolean prefix, boolean splits) {
        JsonObject bytes = typed("ByteLevel");
        bytes.addProperty("add_prefix_space", prefix);
        bytes.addProperty("trim_offsets", true);
        bytes.addProperty("use_regex", splits);
        return bytes;
    }

    /** @param prepend always, first or never */
    static JsonObject metaspace(String prepend, boolean splits) {
        JsonObject words = typed("Metaspace");
        words.addProperty("replacement", WORD_START);
        words.addProperty("prepend_scheme", prepend);
        words.addProperty("split", splits);
        return words;
    }

    /** @param kind String or Regex */
    static JsonObject split(String kind, String pattern, String behavior) {
        JsonObject split = typed("Split");
        split.add("pattern", pattern(kind, pattern));
        split.addProperty("behavior", behavior);
        split.addProperty("invert", false);
        return split;
    }

    private static JsonObject pattern(String kind, String pattern) {
        JsonObject json = new JsonObject();
        json.addProperty(kind, pattern);
        return json;
    }

    /** Tokens before and behind each text; {@code number} knows theirs. */
    static JsonElement template(List<String> before, List<String> behind, ToIntFunction<String> number) {
        JsonArray single = new JsonArray();
        JsonObject tokens = new JsonObject();
        before.forEach(token -> addSpecial(token, single, tokens, number));
        single.add(part("Sequence", "A"));
        behind.forEach(token -> addSpecial(token, single, tokens, number));
        JsonObject template = typed("TemplateProcessing");
        template.add("single", single);
        template.add("pair", new JsonArray());
        template.add("special_tokens", tokens);
        return template;
    }

    private static void addSpecial(String token, JsonArray parts, JsonObject tokens, ToIntFunction<String> number) {
        JsonArray ids = new JsonArray();
        ids.add(number.applyAsInt(token));
        JsonArray names = new JsonArray();
        names.add(token);
        JsonObject special = new JsonObject();
        special.addProperty("id", token);
        special.add("ids", ids);
        special.add("tokens", names);
        tokens.add(token, special);
        parts.add(part("SpecialToken", token));
    }

    private static JsonObject part(String kind, String id) {
        JsonObject what = new JsonObject();
        what.addProperty("id", id);
        what.addProperty("type_id", 0);
        JsonObject part = new JsonObject();
        part.add(kind, what);
        return part;
    }
}
