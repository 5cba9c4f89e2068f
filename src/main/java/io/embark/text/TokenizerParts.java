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
import io.embark.text.KnownParts.Part;
import java.util.Map;
import java.util.function.Predicate;

/**
 * All parts of tokenizers that are known, as {@code tokenizers} 0.21 reads them. A line each: its type, then its fields with
 * what they have to be. To add one, look up in the library's source where its values reach {@code unwrap}, an index or a loop.
 */
final class TokenizerParts {
    static final int MOST_TEXT_CHARS = 256;

    /** Words of more characters are unknown ones; the time for one grows with the cube of them. */
    private static final int MOST_WORD_CHARS = 400;

    private static final int MOST_TEMPLATE_PIECES = 64;

    private static final JsonPrimitive EMPTY = new JsonPrimitive("");
    private static final JsonCheck SHORT_TEXT = JsonCheck.text(MOST_TEXT_CHARS);
    private static final JsonCheck TOKEN_AND_ID = JsonCheck.pair(SHORT_TEXT, JsonCheck.ID);
    private static final JsonCheck BEHAVIOR =
            JsonCheck.oneOf("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous");

    static final KnownParts NORMALIZERS = KnownParts.of(
            "normalizers",
            KnownParts.part("NFC"),
            KnownParts.part("NFD"),
            KnownParts.part("NFKC"),
            KnownParts.part("NFKD"),
            KnownParts.part("Nmt"),
            KnownParts.part("Lowercase"),
            KnownParts.part("StripAccents"),
            KnownParts.part("ByteLevel"),
            KnownParts.part("Strip").with("strip_left", JsonCheck.FLAG).with("strip_right", JsonCheck.FLAG),
            KnownParts.part("Prepend").with("prepend", TokenizerParts::someText),
            KnownParts.part("Replace")
                    .with("pattern", TokenizerParts::patternOfSomething)
                    .with("content", SHORT_TEXT),
            KnownParts.part("Precompiled").with("precompiled_charsmap", CharacterTable::read),
            KnownParts.part("BertNormalizer")
                    .with("clean_text", JsonCheck.FLAG)
                    .with("handle_chinese_chars", JsonCheck.FLAG)
                    .with("strip_accents", JsonCheck.FLAG.orNothing())
                    .with("lowercase", JsonCheck.FLAG));

    static final KnownParts PRE_TOKENIZERS = KnownParts.of(
            "pretokenizers",
            KnownParts.part("BertPreTokenizer"),
            KnownParts.part("Whitespace"),
            KnownParts.part("WhitespaceSplit"),
            KnownParts.part("UnicodeScripts"),
            KnownParts.part("CharDelimiterSplit").with("delimiter", JsonCheck.CHARACTER),
            KnownParts.part("Digits").with("individual_digits", JsonCheck.FLAG),
            KnownParts.part("Punctuation").with("behavior", BEHAVIOR.orNothing()),
            KnownParts.part("FixedLength")
                    .with("length", JsonCheck.number(1, 1_000).orNothing()),
            byteLevel(),
            KnownParts.part("Split")
                    .with("pattern", TokenizerParts::pattern)
                    .with("behavior", BEHAVIOR)
                    .with("invert", JsonCheck.FLAG),
            KnownParts.part("Metaspace")
                    .with("replacement", JsonCheck.CHARACTER)
                    .with("add_prefix_space", JsonCheck.FLAG.orNothing())
                    .with(
                            "prepend_scheme",
                            JsonCheck.oneOf("first", "never", "always").orNothing())
                    .with("split", JsonCheck.FLAG.orNothing()));

    static final KnownParts POST_PROCESSORS = KnownParts.of(
            "processors",
            byteLevel(),
            KnownParts.part("BertProcessing").with("sep", TOKEN_AND_ID).with("cls", TOKEN_AND_ID),
            KnownParts.part("RobertaProcessing")
                    .with("sep", TOKEN_AND_ID)
                    .with("cls", TOKEN_AND_ID)
                    .with("trim_offsets", JsonCheck.FLAG)
                    .with("add_prefix_space", JsonCheck.FLAG),
            KnownParts.part("TemplateProcessing")
                    .with("single", JsonCheck.listOf(TokenizerParts::templatePiece, MOST_TEMPLATE_PIECES))
                    // For pairs of texts, which nobody tokenises here.
                    .with("pair", (value, place) -> new JsonArray())
                    .with("special_tokens", (value, place) -> JsonCheck.object(value, place))
                    .with(TokenizerParts::template));

    static final KnownParts MODELS = KnownParts.of(
            "",
            KnownParts.part("WordPiece")
                    .with("unk_token", SHORT_TEXT)
                    .with("continuing_subword_prefix", SHORT_TEXT)
                    .with("max_input_chars_per_word", JsonCheck.number(0, MOST_WORD_CHARS))
                    .with("vocab", Vocabulary::byToken)
                    .with(Vocabulary::hasUnknownToken),
            KnownParts.part("WordLevel")
                    .with("unk_token", SHORT_TEXT)
                    .with("vocab", Vocabulary::byToken)
                    .with(Vocabulary::hasUnknownToken),
            KnownParts.part("BPE")
                    .with("dropout", TokenizerParts::noDropout)
                    .with("unk_token", SHORT_TEXT.orNothing())
                    .with("continuing_subword_prefix", SHORT_TEXT.orNothing())
                    .with("end_of_word_suffix", SHORT_TEXT.orNothing())
                    .with("fuse_unk", JsonCheck.FLAG.orNothing())
                    .with("byte_fallback", JsonCheck.FLAG.orNothing())
                    .with("ignore_merges", JsonCheck.FLAG.orNothing())
                    .with("vocab", Vocabulary::byToken)
                    .with("merges", Vocabulary::merges)
                    .with(Vocabulary::fitsMerges),
            KnownParts.part("Unigram")
                    .with("unk_id", JsonCheck.ID)
                    .with("byte_fallback", JsonCheck.FLAG.orNothing())
                    .with("vocab", Vocabulary::withScores)
                    .with(Vocabulary::hasUnknownId));

    static final Part ADDED_TOKEN = KnownParts.part("")
            .with("id", JsonCheck.ID)
            .with("content", JsonCheck.text(MOST_TEXT_CHARS))
            .with("single_word", JsonCheck.FLAG)
            .with("lstrip", JsonCheck.FLAG)
            .with("rstrip", JsonCheck.FLAG)
            .with("normalized", JsonCheck.FLAG)
            .with("special", JsonCheck.FLAG);

    private TokenizerParts() {}

    private static Part byteLevel() {
        return KnownParts.part("ByteLevel")
                .with("add_prefix_space", JsonCheck.FLAG)
                .with("trim_offsets", JsonCheck.FLAG)
                .with("use_regex", JsonCheck.FLAG.orNothing());
    }

    /** A text or a regular expression to look for; nothing is found between all characters. */
    private static JsonElement pattern(JsonElement value, JsonPlace place) {
        boolean nothing = value instanceof JsonObject object
                && object.size() == 1
                && (EMPTY.equals(object.get("String")) || EMPTY.equals(object.get("Regex")));
        return nothing ? value : patternOfSomething(value, place);
    }

    private static JsonElement patternOfSomething(JsonElement value, JsonPlace place) {
        JsonObject object = JsonCheck.object(value, place);
        if (object.size() == 1 && object.has("Regex")) {
            String regex = JsonCheck.text(object.get("Regex"), place.field("Regex"), LinearPattern.MOST_CHARS);
            LinearPattern.problem(regex).ifPresent(problem -> {
                throw place.field("Regex").refuse(problem);
            });
            return object;
        }
        if (object.size() == 1 && object.has("String")) {
            someText(object.get("String"), place.field("String"));
            return object;
        }
        throw place.refuse("an object with either 'String' or 'Regex'", String.join(", ", object.keySet()));
    }

    /** The library loses count of its places where nothing is put before a text. */
    private static JsonElement someText(JsonElement value, JsonPlace place) {
        if (JsonCheck.text(value, place, MOST_TEXT_CHARS).isEmpty()) {
            throw place.refuse("a text with at least one character", "''");
        }
        return value;
    }

    private static JsonElement noDropout(JsonElement value, JsonPlace place) {
        boolean none = value == null
                || value.isJsonNull()
                || (value instanceof JsonPrimitive primitive && primitive.isNumber() && primitive.getAsDouble() == 0);
        if (none) {
            return JsonNull.INSTANCE;
        }
        throw place.refuse("null or 0, since the same text must have the same tokens", value);
    }

    private static JsonElement templatePiece(JsonElement value, JsonPlace place) {
        JsonObject object = JsonCheck.object(value, place);
        if (object.size() == 1 && object.get("Sequence") instanceof JsonObject sequence) {
            // The library looks for a second text at B and does not find it.
            JsonCheck.oneOf("A")
                    .read(sequence.get("id"), place.field("Sequence").field("id"));
            return piece("Sequence", sequence, place);
        }
        if (object.size() == 1 && object.get("SpecialToken") instanceof JsonObject token) {
            SHORT_TEXT.read(token.get("id"), place.field("SpecialToken").field("id"));
            return piece("SpecialToken", token, place);
        }
        throw place.refuse("an object with either 'Sequence' or 'SpecialToken'", String.join(", ", object.keySet()));
    }

    private static JsonObject piece(String kind, JsonObject piece, JsonPlace place) {
        JsonCheck.ID.read(piece.get("type_id"), place.field(kind).field("type_id"));
        JsonObject what = new JsonObject();
        what.add("id", piece.get("id"));
        what.add("type_id", piece.get("type_id"));
        JsonObject read = new JsonObject();
        read.add(kind, what);
        return read;
    }

    /** The text once, and every special token with its numbers. */
    private static void template(JsonObject template, JsonPlace place) {
        JsonArray single = template.getAsJsonArray("single");
        long texts = count(single, piece -> piece.has("Sequence"));
        if (texts != 1) {
            throw place.field("single")
                    .refuse("It must hold the text ('Sequence' 'A') once, and does %s times.".formatted(texts));
        }
        JsonObject all = template.getAsJsonObject("special_tokens");
        JsonObject used = new JsonObject();
        for (JsonElement piece : single) {
            if (piece.getAsJsonObject().get("SpecialToken") instanceof JsonObject token) {
                String id = token.get("id").getAsString();
                used.add(
                        id,
                        specialToken(all.get(id), place.field("special_tokens").field(id)));
            }
        }
        template.add("special_tokens", used);
    }

    private static JsonObject specialToken(JsonElement value, JsonPlace place) {
        if (value == null) {
            throw place.refuse("It is missing, and the template uses it.");
        }
        JsonObject token = JsonCheck.object(value, place);
        JsonObject read = new JsonObject();
        for (Map.Entry<String, JsonCheck> field : Map.of(
                        "id", SHORT_TEXT,
                        "ids", JsonCheck.listOf(JsonCheck.ID, MOST_TEMPLATE_PIECES),
                        "tokens", JsonCheck.listOf(SHORT_TEXT, MOST_TEMPLATE_PIECES))
                .entrySet()) {
            read.add(field.getKey(), field.getValue().read(token.get(field.getKey()), place.field(field.getKey())));
        }
        int ids = read.getAsJsonArray("ids").size();
        int tokens = read.getAsJsonArray("tokens").size();
        if (ids != tokens) {
            throw place.refuse("It must have as many 'ids' as 'tokens', and has %s and %s.".formatted(ids, tokens));
        }
        return read;
    }

    private static long count(JsonArray pieces, Predicate<JsonObject> which) {
        return pieces.asList().stream()
                .map(JsonElement::getAsJsonObject)
                .filter(which)
                .count();
    }
}
