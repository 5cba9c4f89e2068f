package io.embark.model;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * The text normaliser that transformers builds for tokenizers of the BERT kind from {@code tokenizer_config.json}, in place
 * of the one in {@code tokenizer.json}.
 *
 * @param lowerCase whether letters become small; true where the file is silent
 * @param stripAccents whether accents are dropped; empty means that {@code lowerCase} decides
 * @param splitChineseCharacters whether Chinese characters are set apart by spaces; true where the file is silent
 */
public record BertNormalizer(boolean lowerCase, Optional<Boolean> stripAccents, boolean splitChineseCharacters) {
    /** Refuses null. */
    public BertNormalizer {
        requireNonNull(stripAccents, "stripAccents is null");
    }
}
