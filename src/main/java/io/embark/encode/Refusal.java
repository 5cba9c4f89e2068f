/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import io.embark.EmbarkException;
import io.embark.model.ModelFolder;
import java.util.function.Supplier;

/**
 * Why a text has no vector.
 *
 * @param why in a few words that hold nothing of the text, so that they may stand where it may not
 * @param error what ends a run for it
 */
record Refusal(String why, Supplier<EmbarkException> error) {
    static Refusal blank(String text) {
        return new Refusal("blank", () -> EmbeddingErrors.blankText(text));
    }

    static Refusal tooLong(String text) {
        return new Refusal("more tokens than the limit", () -> EmbeddingErrors.tooLong(text));
    }

    static Refusal tooManyCharacters(String text, int most) {
        return new Refusal(
                "more than %s characters".formatted(most), () -> EmbeddingErrors.tooManyCharacters(text, most));
    }

    /** @param misses which token it is, in a sentence */
    static Refusal missesToken(String text, String misses, ModelFolder folder) {
        return new Refusal(
                "a token for which the model has no vector", () -> EmbeddingErrors.missesToken(text, misses, folder));
    }

    static Refusal notFinite(String text) {
        return new Refusal("a vector that is not finite", () -> EmbeddingErrors.notFinite(text));
    }
}
