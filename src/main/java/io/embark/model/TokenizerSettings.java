/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import static java.util.Objects.requireNonNull;

import io.embark.model.family.TokenizerKind;
import java.util.Map;
import java.util.Optional;

/**
 * What the files beside {@code tokenizer.json} say about the tokenizer. Immutable.
 *
 * @param kind what transformers makes of the file
 * @param addsSpecialTokens whether each text gets the special tokens that the file's post-processor adds
 * @param lowerCaseFirst whether text becomes lower-case before anything else ({@code do_lower_case} of the Transformer module)
 * @param cutsStart whether a long text loses its start ({@code truncation_side} is left), and not its end
 * @param flags what {@code tokenizer_config.json} says of these, by its keys: {@code do_lower_case}, {@code strip_accents},
 *     {@code tokenize_chinese_chars}, {@code add_prefix_space}; those that are silent are missing
 * @param specialTokens the special tokens that it names, by its keys: {@code cls_token} and so on
 * @hidden Public for Embark's other rooms only.
 */
public record TokenizerSettings(
        TokenizerKind kind,
        boolean addsSpecialTokens,
        boolean lowerCaseFirst,
        boolean cutsStart,
        Map<String, Boolean> flags,
        Map<String, String> specialTokens) {
    /** The most bytes of a {@code tokenizer.json} that are read; the largest that are known have a quarter of them. */
    public static final int MOST_FILE_BYTES = 128 << 20;

    /** Refuses null and copies the maps. */
    public TokenizerSettings {
        requireNonNull(kind, "kind is null");
        flags = Map.copyOf(flags);
        specialTokens = Map.copyOf(specialTokens);
    }

    /** What a flag says; empty if it says nothing. */
    public Optional<Boolean> flag(String key) {
        return Optional.ofNullable(flags.get(key));
    }
}
