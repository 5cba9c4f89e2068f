/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.embark.base.Shown;
import io.embark.model.ModelFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToIntFunction;

/** Tries a tokenizer on texts that are hard for some. */
final class TokenizerProbe {
    private static final TokenizersLibrary NATIVE = TokenizersLibrary.LIB;

    /** Nothing, white space, a letter that few vocabularies have, emoji, joiners, right-to-left, NUL and a long word. */
    private static final List<String> TEXTS = List.of(
            "",
            " \t\n",
            "plain text",
            "\uA66E\u2C7B\uD83E\uDEE0",
            "\uD83D\uDC69\u200D\uD83D\uDC69\u200D\uD83D\uDC67",
            "\u05E9\u05DC\u05D5\u05DD \u0645\u0631\u062D\u0628\u0627",
            "\u0000\u0001",
            "\uFFFD",
            "x".repeat(1000));

    /** Has a token for every text that is not empty. */
    private static final String ANY_TEXT = """
            {"version": "1.0", "model": {"type": "WordLevel", "unk_token": "any", "vocab": {"any": 0}}}""";

    private TokenizerProbe() {}

    /**
     * Refuses added tokens that normalisers make nothing of: the library finds them everywhere, between the bytes of characters
     * too, where it panics.
     */
    static void checkAddedTokens(Path file, JsonObject tokenizer) {
        JsonArray added = tokenizer.getAsJsonArray("added_tokens");
        JsonObject normalizing = JsonParser.parseString(ANY_TEXT).getAsJsonObject();
        normalizing.add("normalizer", tokenizer.get("normalizer"));
        long handle = NATIVE.createTokenizerFromString(normalizing.toString());
        try {
            for (int i = 0; i < added.size(); i++) {
                JsonObject token = added.get(i).getAsJsonObject();
                String content = token.get("content").getAsString();
                if (token.get("normalized").getAsBoolean() && !content.isEmpty() && tokens(handle, content) == 0) {
                    throw JsonPlace.root(file)
                            .field("added_tokens")
                            .element(i)
                            .refuse("It is '%s', of which the normalizer leaves nothing."
                                    .formatted(Shown.value(content)));
                }
            }
        } finally {
            NATIVE.deleteTokenizer(handle);
        }
    }

    private static int tokens(long handle, String text) {
        long encoding = NATIVE.encode(handle, TextRepair.replaceUnpairedSurrogates(text), false);
        int tokens = NATIVE.getTokenIds(encoding).length;
        NATIVE.deleteEncoding(encoding);
        return tokens;
    }

    /**
     * Fails as the count does, and where the special tokens leave no room.
     *
     * @param count how many tokens a text has, tokenised by itself
     */
    static void check(ModelFolder folder, int maxTokens, ToIntFunction<String> count) {
        for (String text : TEXTS) {
            int tokens = count.applyAsInt(text);
            if (text.isEmpty() && tokens >= maxTokens) {
                throw TokenizerErrors.noRoomBesideSpecialTokens(maxTokens, folder, tokens);
            }
        }
    }
}
