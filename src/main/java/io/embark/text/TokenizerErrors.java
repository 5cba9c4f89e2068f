/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.Shown;
import io.embark.model.ModelFolder;
import java.nio.file.Path;

/** What this room refuses, one method for each mistake. */
final class TokenizerErrors {
    private TokenizerErrors() {}

    /** @param thrown what the tokenizers library threw, or null */
    static EmbarkException unusable(ModelFolder folder, String reason, RuntimeException thrown) {
        return new EmbarkException(
                ErrorCode.TOKENIZER_INVALID,
                "%s: cannot be used as a tokenizer".formatted(folder.tokenizerFile()),
                reason,
                "Copy or download the model again, or choose another one.",
                thrown);
    }

    /** @param thrown what the reader of JSON threw, or null */
    static EmbarkException notATokenizer(Path file, String reason, Exception thrown) {
        return new EmbarkException(
                ErrorCode.TOKENIZER_INVALID,
                "%s: not a tokenizer".formatted(file),
                reason,
                "Copy or download the model again.",
                thrown);
    }

    /** @param cause a sentence on what it must be */
    static EmbarkException unusableValue(Path file, String path, String cause) {
        return new EmbarkException(
                ErrorCode.TOKENIZER_INVALID,
                "%s: %s cannot be used".formatted(file, Shown.value(path)),
                cause,
                "Copy or download the model again, or choose another one.");
    }

    /** @param known what the place may be instead */
    static EmbarkException unknownPart(Path file, String path, String found, String known) {
        return new EmbarkException(
                ErrorCode.TOKENIZER_INVALID,
                "%s: %s '%s' is not known".formatted(file, Shown.value(path), Shown.value(found)),
                "The tokenizers library is given only what is known to be safe with every text: %s.".formatted(known),
                "Copy or download the model again, or choose another one.");
    }

    static EmbarkException lacksSpecialToken(Path file, String token) {
        return new EmbarkException(
                ErrorCode.TOKENIZER_INVALID,
                "%s: has no token '%s'".formatted(file, token),
                "A tokenizer of the class that tokenizer_config.json names puts it beside every text.",
                "Take both files from the same model.");
    }

    static EmbarkException noRoomBesideSpecialTokens(int maxTokens, ModelFolder folder, int specialTokens) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option max-tokens: %s is too few for model %s".formatted(maxTokens, folder.name()),
                "Its tokenizer adds %s special tokens to every text.".formatted(specialTokens),
                "Set max-tokens to at least %s.".formatted(specialTokens + 1));
    }

    static EmbarkException promptMisses(ModelFolder folder, String prompt, String misses) {
        return new EmbarkException(
                ErrorCode.TOKENIZER_INVALID,
                "model %s: cannot read the prompt '%s'".formatted(folder.name(), Shown.value(prompt)),
                misses,
                "Set prompt to another text, or to an empty one for none.");
    }

    static EmbarkException noRoomBesidePrompt(int maxTokens) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option max-tokens: %s leave no room for a text".formatted(maxTokens),
                "The prompt and the special tokens of each part of a long text fill them.",
                "Raise max-tokens, shorten the prompt, or set long-text to truncate.");
    }
}
