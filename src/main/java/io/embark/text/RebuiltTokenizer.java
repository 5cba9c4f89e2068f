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
import io.embark.model.TokenizerSettings;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Makes of a {@code tokenizer.json} what those tokenizer classes of transformers 5 make of it that have a constructor of their
 * own ({@code tokenization_utils_tokenizers.py}, {@code convert_to_native_format}): it keeps the vocabulary, merges, added
 * tokens and SentencePiece's table of characters, and builds the rest anew.
 */
final class RebuiltTokenizer {
    private static final String WORD_START = "\u2581";

    /** {@code PRETOKENIZE_REGEX} of Qwen2Tokenizer. */
    private static final String QWEN2_PIECES = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|"
            + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private final Path file;
    private final JsonObject json;
    private final JsonObject model;
    private final TokenizerSettings settings;

    private RebuiltTokenizer(Path file, JsonObject json, TokenizerSettings settings) {
        this.file = file;
        this.json = json;
        this.model = json.get("model") instanceof JsonObject object ? object : new JsonObject();
        this.settings = settings;
    }

    /**
     * Changes the content of a tokenizer file.
     *
     * @throws EmbarkException {@link ErrorCode#TOKENIZER_INVALID} if it lacks a special token
     */
    static void rebuild(Path file, JsonObject json, TokenizerSettings settings) {
        new RebuiltTokenizer(file, json, settings).rebuild();
    }

    private void rebuild() {
        switch (settings.kind()) {
            case AS_WRITTEN -> {}
            case BERT -> {
                wordPiece();
                addAround(token("cls_token", "[CLS]"), token("sep_token", "[SEP]"));
            }
            case MPNET -> {
                wordPiece();
                addAround(token("cls_token", "<s>"), token("sep_token", "</s>"));
            }
            case ROBERTA -> {
                json.add("normalizer", JsonNull.INSTANCE);
                json.add("pre_tokenizer", byteLevel(true));
                plainBpe();
                addAround(token("cls_token", "<s>"), token("sep_token", "</s>"));
            }
            case XLM_ROBERTA -> {
                sentencePiece(flag("add_prefix_space", true), 3);
                addAround(token("bos_token", "<s>"), token("eos_token", "</s>"));
            }
            case CAMEMBERT -> {
                sentencePiece(flag("add_prefix_space", true), Math.max(0, tokenId(token("unk_token", "<unk>"))));
                addAround(token("bos_token", "<s>"), token("eos_token", "</s>"));
            }
            case T5 -> {
                sentencePiece(true, 2);
                addAround(null, "</s>");
            }
            case QWEN2 -> {
                json.add("normalizer", object("NFC"));
                JsonObject split = split("Regex", QWEN2_PIECES, "Isolated");
                json.add("pre_tokenizer", sequence("pretokenizers", split, byteLevel(false)));
                plainBpe();
            }
            case GEMMA -> {
                JsonObject replace = object("Replace");
                replace.add("pattern", pattern("String", " "));
                replace.addProperty("content", WORD_START);
                json.add("normalizer", replace);
                json.add("pre_tokenizer", split("String", " ", "MergedWithPrevious"));
                model.addProperty("unk_token", token("unk_token", "<unk>"));
                model.addProperty("fuse_unk", true);
                model.addProperty("byte_fallback", true);
            }
        }
    }

    private void wordPiece() {
        JsonObject normalizer = object("BertNormalizer");
        normalizer.addProperty("clean_text", true);
        normalizer.addProperty("handle_chinese_chars", flag("tokenize_chinese_chars", true));
        normalizer.add(
                "strip_accents",
                settings.flag("strip_accents")
                        .<JsonElement>map(JsonPrimitive::new)
                        .orElse(JsonNull.INSTANCE));
        normalizer.addProperty("lowercase", flag("do_lower_case", true));
        json.add("normalizer", normalizer);
        json.add("pre_tokenizer", object("BertPreTokenizer"));
        model.addProperty("unk_token", token("unk_token", "[UNK]"));
        model.addProperty("continuing_subword_prefix", "##");
        model.addProperty("max_input_chars_per_word", 100);
    }

    private void plainBpe() {
        for (String key : new String[] {"dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix"}) {
            model.add(key, JsonNull.INSTANCE);
        }
        for (String key : new String[] {"fuse_unk", "byte_fallback", "ignore_merges"}) {
            model.addProperty(key, false);
        }
    }

    private void sentencePiece(boolean prefix, int unknown) {
        json.add("normalizer", characterTable(json.get("normalizer")).orElse(JsonNull.INSTANCE));
        JsonObject words = object("Metaspace");
        words.addProperty("replacement", WORD_START);
        words.addProperty("prepend_scheme", prefix ? "always" : "never");
        words.addProperty("split", true);
        json.add("pre_tokenizer", sequence("pretokenizers", object("WhitespaceSplit"), words));
        model.addProperty("unk_id", unknown);
        model.addProperty("byte_fallback", false);
    }

    /** The first Precompiled normaliser, alone or in a sequence. */
    private static Optional<JsonElement> characterTable(JsonElement normalizer) {
        if (!(normalizer instanceof JsonObject object)) {
            return Optional.empty();
        }
        if (object.get("normalizers") instanceof JsonArray steps) {
            return steps.asList().stream()
                    .flatMap(step -> characterTable(step).stream())
                    .findFirst();
        }
        JsonElement type = object.get("type");
        return type != null && type.equals(new JsonPrimitive("Precompiled")) ? Optional.of(object) : Optional.empty();
    }

    /** The special tokens before and behind a text; null for none. */
    private void addAround(String first, String last) {
        JsonArray single = new JsonArray();
        JsonArray pair = new JsonArray();
        JsonObject tokens = new JsonObject();
        addSpecial(first, single, tokens);
        addSpecial(first, pair, tokens);
        single.add(part("Sequence", "A"));
        pair.add(part("Sequence", "A"));
        pair.add(part("Sequence", "B"));
        addSpecial(last, single, tokens);
        addSpecial(last, pair, tokens);

        JsonObject template = object("TemplateProcessing");
        template.add("single", single);
        template.add("pair", pair);
        template.add("special_tokens", tokens);
        json.add("post_processor", template);
    }

    private void addSpecial(String token, JsonArray parts, JsonObject tokens) {
        if (token == null) {
            return;
        }
        JsonArray ids = new JsonArray();
        ids.add(number(token));
        JsonArray names = new JsonArray();
        names.add(token);
        JsonObject special = new JsonObject();
        special.addProperty("id", token);
        special.add("ids", ids);
        special.add("tokens", names);
        tokens.add(token, special);
        parts.add(part("SpecialToken", token));
    }

    private int number(String token) {
        if (json.get("added_tokens") instanceof JsonArray added) {
            for (JsonElement each : added) {
                if (each instanceof JsonObject object
                        && new JsonPrimitive(token).equals(object.get("content"))
                        && object.get("id") instanceof JsonPrimitive id
                        && id.isNumber()) {
                    return id.getAsInt();
                }
            }
        }
        int id = tokenId(token);
        if (id < 0) {
            throw TokenizerErrors.lacksSpecialToken(file, token);
        }
        return id;
    }

    /** The id of a token, -1 if there is no such. */
    private int tokenId(String token) {
        JsonElement vocabulary = model.get("vocab");
        if (vocabulary instanceof JsonObject byToken
                && byToken.get(token) instanceof JsonPrimitive id
                && id.isNumber()) {
            return id.getAsInt();
        }
        if (vocabulary instanceof JsonArray scored) {
            for (int i = 0; i < scored.size(); i++) {
                if (scored.get(i) instanceof JsonArray entry
                        && !entry.isEmpty()
                        && new JsonPrimitive(token).equals(entry.get(0))) {
                    return i;
                }
            }
        }
        return -1;
    }

    private String token(String key, String usual) {
        return settings.specialTokens().getOrDefault(key, usual);
    }

    private boolean flag(String key, boolean usual) {
        return settings.flag(key).orElse(usual);
    }

    private JsonObject byteLevel(boolean splits) {
        JsonObject bytes = object("ByteLevel");
        bytes.addProperty("add_prefix_space", flag("add_prefix_space", false));
        bytes.addProperty("trim_offsets", true);
        bytes.addProperty("use_regex", splits);
        return bytes;
    }

    private static JsonObject split(String kind, String pattern, String behavior) {
        JsonObject split = object("Split");
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

    private static JsonObject sequence(String key, JsonObject... steps) {
        JsonArray list = new JsonArray();
        for (JsonObject step : steps) {
            list.add(step);
        }
        JsonObject sequence = object("Sequence");
        sequence.add(key, list);
        return sequence;
    }

    private static JsonObject part(String kind, String id) {
        JsonObject what = new JsonObject();
        what.addProperty("id", id);
        what.addProperty("type_id", 0);
        JsonObject part = new JsonObject();
        part.add(kind, what);
        return part;
    }

    private static JsonObject object(String type) {
        JsonObject json = new JsonObject();
        json.addProperty("type", type);
        return json;
    }
}
