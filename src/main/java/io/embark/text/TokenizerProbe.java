package io.embark.text;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import io.embark.model.ModelFolder;
import io.embark.model.TensorShape;
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

    static void check(long handle, ModelFolder folder, int maxTokens) {
        long vocabulary = vocabulary(folder);
        for (String text : TEXTS) {
            long[] ids = encode(handle, folder, text);
            if (text.isEmpty() && ids.length >= maxTokens) {
                throw TextTokenizer.invalid(
                        folder,
                        "It adds %d special tokens, and the limit is %d tokens.".formatted(ids.length, maxTokens),
                        null);
            }
            for (long id : ids) {
                if (id >= vocabulary) {
                    throw TextTokenizer.invalid(
                            folder, "It gives token %d, and the model has only %d.".formatted(id, vocabulary), null);
                }
            }
        }
    }

    private static long[] encode(long handle, ModelFolder folder, String text) {
        try {
            long encoding = TokenizersLibrary.LIB.encode(handle, text, true);
            long[] ids = TokenizersLibrary.LIB.getTokenIds(encoding);
            TokenizersLibrary.LIB.deleteEncoding(encoding);
            return ids;
        } catch (RuntimeException e) {
            throw TextTokenizer.invalid(
                    folder, "There are texts that it cannot tokenise: %s.".formatted(e.getMessage()), e);
        }
    }

    private static long vocabulary(ModelFolder folder) {
        return folder.specification().architecture().tensors().stream()
                .filter(tensor -> tensor.name().equals("embeddings.word_embeddings.weight"))
                .mapToLong((TensorShape tensor) -> tensor.shape().get(0))
                .findFirst()
                .orElse(Long.MAX_VALUE);
    }
}
