package io.embark.text;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import io.embark.EmbarkException;
import io.embark.ErrorCode;
import java.util.List;

/**
 * Tries a tokenizer on texts that are hard for some, one by one: such a call throws where it fails, whereas the call for many
 * texts would abort the process.
 */
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

    static void check(TextTokenizer tokenizer, int maxTokens) {
        for (String text : TEXTS) {
            int tokens = tokenizer.known(encode(tokenizer, text)).length;
            if (text.isEmpty() && tokens >= maxTokens) {
                throw new EmbarkException(
                        ErrorCode.OPTION_INVALID,
                        "option max-tokens: %d is too few for model %s"
                                .formatted(maxTokens, tokenizer.folder().name()),
                        "Its tokenizer adds %d special tokens to every text.".formatted(tokens),
                        "Set max-tokens to at least %d.".formatted(tokens + 1));
            }
        }
    }

    private static long[] encode(TextTokenizer tokenizer, String text) {
        try {
            long encoding = TokenizersLibrary.LIB.encode(
                    tokenizer.handle(),
                    text,
                    tokenizer.folder().specification().tokenizer().addsSpecialTokens());
            long[] ids = TokenizersLibrary.LIB.getTokenIds(encoding);
            TokenizersLibrary.LIB.deleteEncoding(encoding);
            return ids;
        } catch (RuntimeException e) {
            throw TextTokenizer.invalid(
                    tokenizer.folder(), "There are texts that it cannot tokenise: %s.".formatted(e.getMessage()), e);
        }
    }
}
