/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The tokens that the files beside {@code tokenizer.json} name. Immutable.
 *
 * @param named those with a name, such as {@code cls_token}, in transformers' order; empty where a file says that there is none
 * @param extra those without a name; empty where no file speaks of them, since a tokenizer's class may have some of its own
 * @param byNumber {@code added_tokens_decoder}, which replaces what {@code tokenizer.json} itself adds; empty where no file has it
 * @param legacy those of {@code added_tokens.json}
 * @param split whether special tokens within a text are text like any other ({@code split_special_tokens})
 * @hidden Public for Embark's other rooms only.
 */
public record SpecialTokens(
        Map<String, Optional<Token>> named,
        Optional<List<Token>> extra,
        Optional<SortedMap<Integer, Token>> byNumber,
        SortedMap<Integer, Token> legacy,
        boolean split) {
    /** Where nothing stands beside the file. */
    public static final SpecialTokens NONE =
            new SpecialTokens(Map.of(), Optional.empty(), Optional.empty(), new TreeMap<>(), false);

    /** Names that transformers knows, in its order. */
    public static final List<String> NAMES =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    /** Copies all. */
    public SpecialTokens {
        named = Collections.unmodifiableMap(new LinkedHashMap<>(named));
        extra = extra.map(List::copyOf);
        byNumber = byNumber.map(tokens -> Collections.unmodifiableSortedMap(new TreeMap<>(tokens)));
        legacy = Collections.unmodifiableSortedMap(new TreeMap<>(legacy));
    }

    /**
     * A token as transformers' {@code AddedToken} has it.
     *
     * @param plain whether the file has nothing but its text
     * @param normalized empty where the file does not say: what is special is looked for in a text before it is normalised
     */
    public record Token(
            String content,
            boolean plain,
            boolean singleWord,
            boolean lstrip,
            boolean rstrip,
            Optional<Boolean> normalized,
            boolean special) {
        /** Refuses null. */
        public Token {
            requireNonNull(content, "content is null");
        }

        /** A special token of which only the text is known. */
        public static Token special(String content) {
            return new Token(content, true, false, false, false, Optional.empty(), true);
        }

        /** The same with the blanks before it, as a class says of its mask. */
        public Token withBlanksBefore() {
            return new Token(content, false, singleWord, true, rstrip, normalized, special);
        }

        /** The same as a special one. */
        public Token asSpecial() {
            return new Token(content, plain, singleWord, lstrip, rstrip, normalized, true);
        }

        /** Whether it is looked for in the text that the normaliser made. */
        public boolean isNormalized() {
            return normalized.orElse(!special);
        }
    }
}
