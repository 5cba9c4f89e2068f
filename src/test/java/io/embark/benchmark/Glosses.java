/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** The 117,791 glosses of WordNet 3.1: real English text of about 15 tokens each, for tests and benchmarks. */
public final class Glosses {
    private static final String FOLDER = "/net/sf/extjwnl/data/wordnet/wn31/data.";
    private static final List<String> PARTS_OF_SPEECH = List.of("noun", "verb", "adj", "adv");
    private static final long SEED = 31;
    private static final int JOINED_CHARS = 400;

    /** Filled when first asked for. */
    private static final class Shuffled {
        static final List<String> TEXTS = shuffled();

        private static List<String> shuffled() {
            List<String> texts = new ArrayList<>(all());
            Collections.shuffle(texts, new Random(SEED));
            return List.copyOf(texts);
        }
    }

    private Glosses() {}

    /**
     * A meaning and what WordNet says about it.
     *
     * @param id part of speech and place in its file, unique: {@code noun-00001740}
     * @param word the first word that has this meaning
     * @param text definition and examples: {@code giving birth; "a parturient heifer"}
     */
    public record Gloss(String id, String word, String text) {}

    /** All texts, in WordNet's order. */
    public static List<String> all() {
        return entries().stream().map(Gloss::text).toList();
    }

    /** The first {@code n} texts in an order that is mixed but always the same. */
    public static List<String> first(int n) {
        return Shuffled.TEXTS.subList(0, n);
    }

    /** Texts of about 100 tokens: of {@link #first} as many joined as it takes. */
    static List<String> joined(int n) {
        List<String> texts = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (String gloss : Shuffled.TEXTS) {
            text.append(text.isEmpty() ? "" : " ").append(gloss);
            if (text.length() > JOINED_CHARS) {
                texts.add(text.toString());
                text.setLength(0);
            }
            if (texts.size() == n) {
                break;
            }
        }
        return texts;
    }

    /** All glosses with their words, in WordNet's order: nouns, verbs, adjectives, adverbs. */
    public static List<Gloss> entries() {
        List<Gloss> glosses = new ArrayList<>();
        PARTS_OF_SPEECH.forEach(partOfSpeech -> read(partOfSpeech, glosses));
        return List.copyOf(glosses);
    }

    private static void read(String partOfSpeech, List<Gloss> glosses) {
        try (InputStream stream = Glosses.class.getResourceAsStream(FOLDER + partOfSpeech);
                BufferedReader lines = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                // The licence stands above the data, indented.
                if (!line.startsWith(" ")) {
                    glosses.add(gloss(partOfSpeech, line));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A line: {@code offset file type count word ... | gloss}; some adjectives carry a marker: {@code galore(ip)}. */
    private static Gloss gloss(String partOfSpeech, String line) {
        int bar = line.indexOf(" | ");
        String[] fields = line.substring(0, bar).split(" ", 6);
        String word = fields[4].replaceFirst("\\([a-z]+\\)$", "").replace('_', ' ');
        return new Gloss(
                partOfSpeech + "-" + fields[0], word, line.substring(bar + 3).strip());
    }
}
