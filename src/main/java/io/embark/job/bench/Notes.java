/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import io.embark.Option;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What people should know about what was tried, and what was not. Used by one thread. */
final class Notes {
    private final List<String> notes = new ArrayList<>();

    /** What there was no time for. */
    private final Map<Swept, List<String>> leftOut = new EnumMap<>(Swept.class);

    void add(String note) {
        notes.add(note);
    }

    /** There was no time for a value of a setting. */
    void leftOut(Swept swept, Setup setup) {
        leftOut.computeIfAbsent(swept, key -> new ArrayList<>()).add(valueOf(swept, setup));
    }

    /** One by one, for people. */
    List<String> lines() {
        List<String> lines = new ArrayList<>(notes);
        if (!leftOut.isEmpty()) {
            lines.add("no time was left for %s; --budget gives more"
                    .formatted(leftOut.entrySet().stream()
                            .map(entry -> "%s %s".formatted(entry.getKey().word(), String.join(", ", entry.getValue())))
                            .collect(Collectors.joining("; "))));
        }
        return lines;
    }

    private static String valueOf(Swept swept, Setup setup) {
        return switch (swept) {
            case BATCH_TOKENS -> String.valueOf(setup.batchTokens());
            case WINDOW -> String.valueOf(setup.window());
            case PRECISION -> Option.write(setup.precision());
            case THREADS, EXECUTORS -> "%s x %s".formatted(setup.executors(), setup.tasks());
        };
    }
}
