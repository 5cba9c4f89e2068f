/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import io.embark.model.ModelFolder;
import java.util.List;
import java.util.function.ToIntFunction;

/** Tries a tokenizer on texts that are hard for some. */
final class TokenizerProbe {
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

    private TokenizerProbe() {}

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
