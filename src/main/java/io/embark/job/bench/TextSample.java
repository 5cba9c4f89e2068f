/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import io.embark.EmbedOptions;
import io.embark.encode.Embedder;
import io.embark.job.print.Figures;
import io.embark.model.ModelFolder;
import io.embark.model.family.Architecture;
import io.embark.text.TextTokenizer;
import io.embark.text.TokenizedText;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Texts that settings are tried with, and what their tokens say of a table of such texts. Immutable.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class TextSample {
    /** The batch that Sentence Transformers pads by default. */
    private static final int PADDED_TOGETHER = 32;

    private static final int TOKENIZED_TOGETHER = 1_000;

    private final String name;
    private final List<String> texts;

    /** Tokens of each text, special ones and those of the prompt included, {@code [texts]}. */
    private final int[] lengths;

    private final long truncated;
    private final OptionalInt limit;

    private TextSample(String name, List<String> texts, int[] lengths, long truncated, OptionalInt limit) {
        this.name = name;
        this.texts = List.copyOf(texts);
        this.lengths = lengths;
        this.truncated = truncated;
        this.limit = limit;
    }

    /**
     * Tokenises texts once, as the model takes them.
     *
     * @param name what they are, for people
     * @param texts at least one, none null
     */
    public static TextSample of(String name, List<String> texts, ModelFolder folder, EmbedOptions options) {
        String prompt = Embedder.prompt(folder, options);
        Integer chosen = options.get(EmbedOptions.MAX_TOKENS);
        int limit = chosen == null ? folder.specification().maxTokens() : chosen;
        int[] lengths = new int[texts.size()];
        long truncated = 0;
        try (TextTokenizer tokenizer = TextTokenizer.open(folder, limit)) {
            for (int start = 0; start < lengths.length; start += TOKENIZED_TOGETHER) {
                List<String> some = texts.subList(start, Math.min(start + TOKENIZED_TOGETHER, lengths.length));
                int place = start;
                for (TokenizedText text :
                        tokenizer.tokenize(some.stream().map(prompt::concat).toList())) {
                    lengths[place++] = text.ids().length;
                    truncated += text.truncated() ? 1 : 0;
                }
            }
        }
        return new TextSample(
                name,
                texts,
                lengths,
                truncated,
                limit == Architecture.UNLIMITED ? OptionalInt.empty() : OptionalInt.of(limit));
    }

    String name() {
        return name;
    }

    List<String> texts() {
        return texts;
    }

    /** Texts that a window of these can hold: all of them, or as many as have the characters that it ends by. */
    int mostOfAWindow() {
        double chars = texts.stream().mapToInt(String::length).average().orElse(1);
        return (int) Math.min(texts.size(), Math.ceil(Embedder.WINDOW_CHARS / Math.max(1, chars)));
    }

    /** Tokens of each text, {@code [texts]}, the caller's own. */
    int[] lengths() {
        return lengths.clone();
    }

    /** Tokens of all texts. */
    long tokens() {
        return Arrays.stream(lengths).asLongStream().sum();
    }

    /** The length that so many of a hundred texts do not exceed. */
    int percentile(int hundredths) {
        int[] sorted = lengths();
        Arrays.sort(sorted);
        int place = (int) Math.ceil(sorted.length * hundredths / 100.0) - 1;
        return sorted[Math.max(0, place)];
    }

    /** Tokens that padding to the longest of each {@value #PADDED_TOGETHER} texts would add, as a share of those that are there. */
    double padding(boolean sorted) {
        int[] ordered = lengths();
        if (sorted) {
            Arrays.sort(ordered);
        }
        long padded = 0;
        for (int start = 0; start < ordered.length; start += PADDED_TOGETHER) {
            int end = Math.min(start + PADDED_TOGETHER, ordered.length);
            padded += (long) (end - start)
                    * Arrays.stream(ordered, start, end).max().orElseThrow();
        }
        return padded / (double) Math.max(1, tokens()) - 1;
    }

    private long distinct() {
        return new HashSet<>(texts).size();
    }

    /** For people, in two lines. */
    List<String> inWords() {
        String cut = limit.isEmpty()
                ? "no limit"
                : "%s longer than the limit of %s"
                        .formatted(percent(truncated / (double) lengths.length), limit.getAsInt());
        return List.of(
                "%s: %s, %s tokens each: half have at most %s, 95 in 100 at most %s, the longest %s; %s"
                        .formatted(
                                name,
                                Figures.count(lengths.length, "text", "texts"),
                                Figures.count(Math.round(tokens() / (double) lengths.length)),
                                Figures.count(percentile(50)),
                                Figures.count(percentile(95)),
                                Figures.count(percentile(100)),
                                cut),
                "%s repeated; padding each %s texts to the longest would add %s, %s if sorted by length before"
                        .formatted(
                                percent(1 - distinct() / (double) lengths.length),
                                PADDED_TOGETHER,
                                percent(padding(false)),
                                percent(padding(true))));
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    /** For programs. */
    Map<String, Object> facts() {
        Map<String, Object> tokens = new LinkedHashMap<>();
        tokens.put("mean", tokens() / (double) lengths.length);
        for (int hundredths : List.of(50, 90, 95, 99, 100)) {
            tokens.put(hundredths == 100 ? "longest" : "p" + hundredths, percentile(hundredths));
        }
        limit.ifPresent(most -> tokens.put("limit", most));
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("name", name);
        facts.put("texts", lengths.length);
        facts.put("tokensPerText", tokens);
        facts.put("truncatedShare", truncated / (double) lengths.length);
        facts.put("repeatedShare", 1 - distinct() / (double) lengths.length);
        facts.put("paddingShare", padding(false));
        facts.put("paddingShareSorted", padding(true));
        return facts;
    }
}
