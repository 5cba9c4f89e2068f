/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import io.embark.benchmark.Glosses;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;

/** Real English texts of every length, where single glosses are short: words of glosses, one after the other. */
final class MixedLengths {
    private MixedLengths() {}

    /**
     * Distinct texts of 1 to {@code maxWords} words, in a mixed order that is always the same.
     *
     * @param skew 1 spreads the lengths evenly; the larger, the more of the texts are short
     */
    static List<String> texts(int count, int maxWords, double skew) {
        Iterator<String> words = Glosses.first(20_000).stream()
                .flatMap(gloss -> Arrays.stream(gloss.split(" ")))
                .iterator();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int length = 1 + (int) Math.round((maxWords - 1) * Math.pow(i / (count - 1.0), skew));
            List<String> text = new ArrayList<>();
            while (text.size() < length) {
                text.add(words.next());
            }
            texts.add(String.join(" ", text));
        }
        Collections.shuffle(texts, new Random(count));
        return texts;
    }
}
