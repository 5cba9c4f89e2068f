/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Set;

/**
 * At which white space a tokenizer always ends a word, where it stands alone between two letters or digits: no part of the
 * tokenizer looks across such a place, so the text before it and the text from it on have by themselves the tokens that they
 * have together.
 */
final class WordBreaks {
    private static final String NONE = "";
    private static final String BLANK = " ";
    private static final String WHITE_SPACE = " \t\n";
    private static final char MARK = '\u2581';

    /** Change each character, or each with its accents, whatever stands around. */
    private static final Set<String> LOCAL_NORMALIZERS =
            Set.of("NFC", "NFD", "NFKC", "NFKD", "Nmt", "Lowercase", "StripAccents", "BertNormalizer", "Precompiled");

    /** Patterns that match neither white space nor differently for it. */
    private static final Set<String> SPLITS_WITHIN_WORDS =
            Set.of("\\p{N}", "\\p{N}{1,3}", "\\d", "[0-9]", "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+");

    private static final Set<String> BLANKS_TO_ONE = Set.of(" {2,}", "[ ]{2,}", "\\s{2,}");

    private final JsonObject tokenizer;

    /** Whether blanks at the start of a text are lost. */
    private boolean strips;

    /** Whether blanks become {@link #MARK} before words are looked for. */
    private boolean marks;

    private WordBreaks(JsonObject tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** The characters; empty if nothing is certain of this tokenizer. */
    static String of(JsonObject tokenizer) {
        WordBreaks breaks = new WordBreaks(tokenizer);
        return breaks.normalizersKeepPlaces() && breaks.addedTokensKeepPlaces() ? breaks.ofPreTokenizers() : NONE;
    }

    private boolean normalizersKeepPlaces() {
        for (JsonObject step : TokenizerParts.NORMALIZERS.steps(tokenizer.get("normalizer"))) {
            switch (type(step)) {
                case "Strip" -> strips |= flag(step, "strip_left");
                case "Replace" -> {
                    boolean marksBlanks = replaced(step, "String").equals(BLANK)
                            && text(step, "content").equals(String.valueOf(MARK));
                    marks |= marksBlanks;
                    if (!marksBlanks && !keepsPlaces(step)) {
                        return false;
                    }
                }
                default -> {
                    if (!LOCAL_NORMALIZERS.contains(type(step))) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private static boolean keepsPlaces(JsonObject replace) {
        String regex = replaced(replace, "Regex");
        if (!regex.isEmpty()) {
            // A blank alone is none of several, or stays itself.
            return BLANKS_TO_ONE.contains(regex)
                    || (regex.equals("\\s+") && text(replace, "content").equals(BLANK));
        }
        int[] pattern = replaced(replace, "String").codePoints().toArray();
        for (int i = 0; i < pattern.length; i++) {
            boolean besideSign =
                    (i > 0 && isSign(pattern[i - 1])) || (i + 1 < pattern.length && isSign(pattern[i + 1]));
            if (isBlank(pattern[i]) && !besideSign) {
                return false;
            }
        }
        return !Character.isLetterOrDigit(pattern[pattern.length - 1]);
    }

    /** None may match across a place, or differently at the ends of a text. */
    private boolean addedTokensKeepPlaces() {
        for (JsonElement each : tokenizer.getAsJsonArray("added_tokens")) {
            JsonObject token = each.getAsJsonObject();
            String content = text(token, "content");
            if (content.codePoints().allMatch(WordBreaks::isBlank)) {
                if (flag(token, "single_word") || (flag(token, "normalized") && marks)) {
                    return false;
                }
                continue;
            }
            boolean plain = content.codePoints().noneMatch(WordBreaks::isBlank)
                    && (!flag(token, "normalized") || content.codePoints().allMatch(c -> c < 0x80));
            boolean takesBlanksBehind =
                    flag(token, "rstrip") && Character.isLetterOrDigit(content.codePointBefore(content.length()));
            if (!plain || takesBlanksBehind) {
                return false;
            }
        }
        return true;
    }

    private String ofPreTokenizers() {
        for (JsonObject step : TokenizerParts.PRE_TOKENIZERS.steps(tokenizer.get("pre_tokenizer"))) {
            switch (type(step)) {
                case "Digits", "Punctuation" -> {}
                case "BertPreTokenizer", "Whitespace", "WhitespaceSplit" -> {
                    return marks ? NONE : WHITE_SPACE;
                }
                case "Metaspace" -> {
                    if (text(step, "replacement").codePointAt(0) != MARK) {
                        return NONE;
                    }
                    if (flag(step, "split")) {
                        return strips ? NONE : BLANK;
                    }
                    marks = true;
                }
                case "ByteLevel" -> {
                    if (strips || marks || !flag(step, "use_regex")) {
                        return NONE;
                    }
                    return flag(step, "add_prefix_space") ? BLANK : WHITE_SPACE;
                }
                case "Split" -> {
                    if (marks && replaced(step, "String").equals(BLANK)) {
                        continue;
                    }
                    if (SPLITS_WITHIN_WORDS.contains(replaced(step, "Regex"))) {
                        continue;
                    }
                    boolean isolates = text(step, "behavior").equals("Isolated") && !flag(step, "invert");
                    boolean splits = isolates && LinearPattern.isKnown(replaced(step, "Regex"));
                    return splits && !strips && !marks ? WHITE_SPACE : NONE;
                }
                default -> {
                    return NONE;
                }
            }
        }
        return marks && !strips && noMergeCrosses() ? BLANK : NONE;
    }

    /** A whole text is one word here, and merges end where no token has a letter or digit before a mark. */
    private boolean noMergeCrosses() {
        JsonObject model = tokenizer.getAsJsonObject("model");
        if (!type(model).equals("BPE")
                || model.has("continuing_subword_prefix")
                || model.has("end_of_word_suffix")
                || (model.has("ignore_merges") && flag(model, "ignore_merges"))) {
            return false;
        }
        Set<String> vocabulary = model.getAsJsonObject("vocab").keySet();
        return vocabulary.contains(String.valueOf(MARK))
                && vocabulary.stream().noneMatch(token -> hasMarkBehindWord(token));
    }

    private static boolean hasMarkBehindWord(String token) {
        for (int at = token.indexOf(MARK, 1); at > 0; at = token.indexOf(MARK, at + 1)) {
            if (token.charAt(at - 1) != MARK) {
                return true;
            }
        }
        return false;
    }

    private static boolean isSign(int c) {
        return !isBlank(c) && !Character.isLetterOrDigit(c);
    }

    private static boolean isBlank(int c) {
        return c == MARK || Character.isWhitespace(c) || Character.isSpaceChar(c);
    }

    private static String type(JsonObject part) {
        return text(part, "type");
    }

    private static String replaced(JsonObject part, String kind) {
        JsonObject pattern = part.getAsJsonObject("pattern");
        return pattern.has(kind) ? text(pattern, kind) : "";
    }

    private static String text(JsonObject part, String field) {
        return part.get(field).getAsString();
    }

    /** The library takes a flag that is missing for true, where it may be. */
    private static boolean flag(JsonObject part, String field) {
        return !part.has(field) || part.get(field).getAsBoolean();
    }
}
