/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.base;

import static java.util.Objects.requireNonNull;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds the name that somebody probably meant.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class NearestName {
    private NearestName() {}

    /**
     * The known name with the smallest Levenshtein distance to {@code name}, letters of either case counting as equal.
     *
     * @return empty if no known name is within a third of the length of {@code name} (at least 2 edits are allowed), or the
     *     edits would leave nothing of it
     */
    public static Optional<String> find(String name, Collection<String> known) {
        requireNonNull(name, "name is null");
        requireNonNull(known, "known is null");
        return find(name, known, Math.max(2, name.length() / 3));
    }

    /** The same, with so many edits allowed. */
    public static Optional<String> find(String name, Collection<String> known, int allowed) {
        return known.stream()
                .filter(candidate -> distance(name, candidate) <= Math.min(allowed, name.length() - 1))
                .min(Comparator.comparingInt((String candidate) -> distance(name, candidate))
                        .thenComparing(Comparator.naturalOrder()));
    }

    private static int distance(String left, String right) {
        String a = left.toLowerCase(Locale.ROOT);
        String b = right.toLowerCase(Locale.ROOT);
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }

        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
