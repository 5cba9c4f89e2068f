/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A setting that is tried, in the order in which it is. */
enum Swept {
    BATCH_TOKENS,
    THREADS,
    PRECISION,
    WINDOW,
    EXECUTORS;

    /** As it stands in a list of them. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static List<String> words() {
        return Stream.of(values()).map(Swept::word).toList();
    }
}
