/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A tokenizer class of transformers 5 that makes more of {@code tokenizer.json} than it says.
 *
 * @param builds whether the class builds its backend itself, and takes no more than the vocabulary from the file
 * @param tokens what its special tokens are called where no file says, by their names
 * @param blanksBefore the names of those that take the blanks before them, where a file has nothing but their text
 * @param extra special tokens without a name, where no file speaks of such
 * @param build makes model, normaliser and pre-tokenizer
 * @param ends the tokens before and behind each text
 * @param whose when those count
 * @param again what the class does with its special tokens at last
 */
record TokenizerClass(
        boolean builds,
        Map<String, String> tokens,
        Set<String> blanksBefore,
        Function<TokenizerBackend, List<String>> extra,
        Consumer<TokenizerBackend> build,
        Function<TokenizerBackend, Ends> ends,
        Whose whose,
        Again again) {
    TokenizerClass {
        tokens = Collections.unmodifiableMap(new LinkedHashMap<>(tokens));
    }

    /**
     * Which tokens stand beside a text, by their texts.
     *
     * @param numbers those of tokens to which the class itself gives one
     */
    record Ends(List<String> before, List<String> behind, Map<String, Integer> numbers) {
        static final Ends NONE = new Ends(List.of(), List.of());

        Ends(List<String> before, List<String> behind) {
            this(before, behind, Map.of());
        }
    }

    /** Whose post-processor counts. */
    enum Whose {
        /** The file's; one without has the tokens that {@code add_bos_token} and {@code add_eos_token} say. */
        FILE,
        /** The file's; one without has the class's. */
        FILE_BEFORE_CLASS,
        /** The class's. */
        CLASS,
        /** Always what {@code add_bos_token} and {@code add_eos_token} say. */
        FLAGS
    }

    /** Some classes add all special tokens once more. */
    enum Again {
        NO,
        /** {@code _post_init}: as special ones. */
        AS_SPECIAL,
        /** As special ones of which nothing but the text is known. */
        AS_PLAIN
    }

    /**
     * A class whose post-processor is the file's.
     *
     * @param tokens names and texts in turn
     */
    static TokenizerClass of(Consumer<TokenizerBackend> build, String... tokens) {
        return of(true, build, tokens);
    }

    /** The same, which takes the file as it is. */
    static TokenizerClass asWritten(String... tokens) {
        return of(false, backend -> {}, tokens);
    }

    private static TokenizerClass of(boolean builds, Consumer<TokenizerBackend> build, String... tokens) {
        Map<String, String> byName = new LinkedHashMap<>();
        for (int i = 0; i < tokens.length; i += 2) {
            byName.put(tokens[i], tokens[i + 1]);
        }
        return new TokenizerClass(
                builds, byName, Set.of(), backend -> List.of(), build, backend -> Ends.NONE, Whose.FILE, Again.NO);
    }

    TokenizerClass ends(List<String> before, List<String> behind) {
        return ends(
                backend -> new Ends(
                        before.stream().map(backend::token).toList(),
                        behind.stream().map(backend::token).toList()),
                Whose.CLASS);
    }

    TokenizerClass ends(Function<TokenizerBackend, Ends> made, Whose when) {
        return new TokenizerClass(builds, tokens, blanksBefore, extra, build, made, when, again);
    }

    TokenizerClass maskTakesBlanks() {
        return new TokenizerClass(builds, tokens, Set.of("mask_token"), extra, build, ends, whose, again);
    }

    TokenizerClass extra(Function<TokenizerBackend, List<String>> more) {
        return new TokenizerClass(builds, tokens, blanksBefore, more, build, ends, whose, again);
    }

    TokenizerClass again(Again how) {
        return new TokenizerClass(builds, tokens, blanksBefore, extra, build, ends, whose, how);
    }
}
