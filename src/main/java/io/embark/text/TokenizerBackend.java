/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import static io.embark.text.TokenizerPieces.preTokenizers;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.embark.model.SpecialTokens.Token;
import io.embark.model.TokenizerSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A tokenizer that a class of transformers builds: of the file it takes the vocabulary, merges, and SentencePiece's table of
 * characters ({@code tokenization_utils_tokenizers.py}, {@code convert_to_native_format}).
 */
final class TokenizerBackend {
    private final JsonObject json;
    private final JsonObject file;
    private final JsonObject model = new JsonObject();
    private final TokenizerSettings settings;
    private final Map<String, String> usualTokens;

    /**
     * Begins one.
     *
     * @param json the content of the file, which is changed
     * @param usualTokens what the class calls its special tokens where no file does
     */
    TokenizerBackend(JsonObject json, TokenizerSettings settings, Map<String, String> usualTokens) {
        this.json = json;
        this.file = json.get("model") instanceof JsonObject object ? object : new JsonObject();
        this.settings = settings;
        this.usualTokens = usualTokens;
    }

    boolean flag(String key, boolean usual) {
        return settings.flag(key, usual);
    }

    int number(String key, int usual) {
        return settings.numbers().getOrDefault(key, usual);
    }

    /** The text of a token with a name. */
    String token(String name) {
        Optional<Token> token = settings.tokens().named().getOrDefault(name, Optional.empty());
        return token.map(Token::content).orElseGet(() -> usualTokens.get(name));
    }

    void normalizer(JsonObject... steps) {
        normalizer(List.of(steps));
    }

    void normalizer(List<JsonObject> steps) {
        json.add("normalizer", TokenizerPieces.normalizers(steps));
    }

    void preTokenizer(JsonObject... steps) {
        json.add("pre_tokenizer", preTokenizers(steps));
    }

    /** {@code BertNormalizer} and {@code BertPreTokenizer}. */
    void basicWords(boolean lowerCase) {
        normalizer(TokenizerPieces.bertNormalizer(
                flag("clean_text", true),
                flag("tokenize_chinese_chars", true),
                settings.flags().get("strip_accents"),
                lowerCase));
        preTokenizer(TokenizerPieces.typed("BertPreTokenizer"));
    }

    void wordPiece() {
        build("WordPiece", numbered());
        model.addProperty("unk_token", token("unk_token"));
        model.addProperty("continuing_subword_prefix", "##");
        model.addProperty("max_input_chars_per_word", 100);
    }

    /**
     * Byte pairs.
     *
     * @param unknown the token for what the vocabulary lacks; null for none
     */
    void bpe(String unknown, boolean fuses, boolean fallsBackToBytes) {
        build("BPE", numbered());
        model.add("merges", file.has("merges") ? file.get("merges") : new JsonArray());
        model.add("unk_token", unknown == null ? JsonNull.INSTANCE : new JsonPrimitive(unknown));
        model.addProperty("fuse_unk", fuses);
        model.addProperty("byte_fallback", fallsBackToBytes);
        model.addProperty("ignore_merges", false);
    }

    /** Byte pairs of bytes for which characters stand. */
    void byteBpe() {
        bpe(null, false, false);
    }

    void endOfWord(String suffix) {
        model.addProperty("end_of_word_suffix", suffix);
    }

    void unigram(int unknown) {
        build("Unigram", file.get("vocab"));
        model.addProperty("unk_id", unknown);
        model.addProperty("byte_fallback", false);
    }

    private void build(String type, JsonElement vocabulary) {
        model.addProperty("type", type);
        model.add("vocab", vocabulary);
        json.add("model", model);
    }

    /** Tokens with their numbers; of a list with scores its places are the numbers. */
    private JsonElement numbered() {
        if (!(file.get("vocab") instanceof JsonArray)) {
            return file.get("vocab");
        }
        JsonObject numbers = new JsonObject();
        new TokenNumbers(file).all().forEach(numbers::addProperty);
        return numbers;
    }

    /** {@code vocab.index((token, 0.0), start)}: a token's first place in a list with scores, where its score is 0. */
    Optional<Integer> firstWithoutScore(String token, int start) {
        return place(token, start, true);
    }

    /** A token's first place in a list with scores. */
    Optional<Integer> first(String token) {
        return place(token, 0, false);
    }

    private Optional<Integer> place(String token, int start, boolean withoutScore) {
        if (!(file.get("vocab") instanceof JsonArray scored)) {
            return Optional.empty();
        }
        for (int i = start; i < scored.size(); i++) {
            if (TokenNumbers.token(scored.get(i)).filter(token::equals).isPresent()
                    && (!withoutScore || isZero(scored.get(i).getAsJsonArray().get(1)))) {
                return Optional.of(i);
            }
        }
        return Optional.empty();
    }

    private static boolean isZero(JsonElement score) {
        return score instanceof JsonPrimitive number && number.isNumber() && number.getAsDouble() == 0;
    }

    /** {@code WhitespaceSplit} and {@code Metaspace}. */
    void separateWords(boolean prefix) {
        preTokenizer(TokenizerPieces.typed("WhitespaceSplit"), TokenizerPieces.metaspace(scheme(prefix), true));
    }

    static String scheme(boolean prefix) {
        return prefix ? "always" : "never";
    }

    /** SentencePiece's table of characters, if the file has one: the first, alone or in a sequence. */
    List<JsonObject> characterTable() {
        return characterTable(json.get("normalizer")).map(List::of).orElse(List.of());
    }

    private static Optional<JsonObject> characterTable(JsonElement normalizer) {
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

    /** Some steps with the file's table of characters before or behind them. */
    List<JsonObject> withCharacterTable(boolean first, List<JsonObject> steps) {
        List<JsonObject> all = new ArrayList<>(steps);
        all.addAll(first ? 0 : steps.size(), characterTable());
        return all;
    }
}
