/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import static java.util.Objects.requireNonNull;

import io.embark.model.family.TokenizerKind;
import java.util.Map;

/**
 * What the files beside {@code tokenizer.json} say about the tokenizer. Immutable.
 *
 * @param kind what transformers makes of the file
 * @param addsSpecialTokens whether each text gets the special tokens that the file's post-processor adds
 * @param lowerCaseFirst whether text becomes lower-case before anything else ({@code do_lower_case} of the Transformer module)
 * @param cutsStart whether a long text loses its start ({@code truncation_side} is left), and not its end
 * @param flags what {@code tokenizer_config.json} says of these, by its keys, such as {@code do_lower_case}; those that are silent
 *     are missing
 * @param numbers the same of numbers, such as {@code extra_ids}
 * @param tokens the special tokens that it names
 * @hidden Public for Embark's other rooms only.
 */
public record TokenizerSettings(
        TokenizerKind kind,
        boolean addsSpecialTokens,
        boolean lowerCaseFirst,
        boolean cutsStart,
        Map<String, Boolean> flags,
        Map<String, Integer> numbers,
        SpecialTokens tokens) {
    /** The most bytes of a {@code tokenizer.json} that are read; the largest that are known have a quarter of them. */
    public static final int MOST_FILE_BYTES = 128 << 20;

    /** Refuses null and copies the maps. */
    public TokenizerSettings {
        requireNonNull(kind, "kind is null");
        requireNonNull(tokens, "tokens is null");
        flags = Map.copyOf(flags);
        numbers = Map.copyOf(numbers);
    }

    /** Those of a file that nothing stands beside. */
    static TokenizerSettings asWritten(boolean addsSpecialTokens, boolean cutsStart) {
        return new TokenizerSettings(
                TokenizerKind.AS_WRITTEN, addsSpecialTokens, false, cutsStart, Map.of(), Map.of(), SpecialTokens.NONE);
    }

    /** What a flag says, or the usual if it says nothing. */
    public boolean flag(String key, boolean usual) {
        return flags.getOrDefault(key, usual);
    }
}
