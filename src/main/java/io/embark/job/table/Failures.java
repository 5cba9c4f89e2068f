/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import io.embark.base.Redaction;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * What people get to know of an exception that is not one of ours.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Failures {
    /** What to do about a failure that nobody foresaw. */
    public static final String VERBOSE = "Run it again with --verbose for Spark's log and the stack trace.";

    private Failures() {}

    /**
     * The first line of an exception's message that says something, without Spark's error class, state and position;
     * the exception's name if it says nothing.
     */
    public static String firstLine(Throwable thrown) {
        return String.valueOf(thrown.getMessage())
                .lines()
                .map(line -> line.replaceFirst("^\\[[A-Z0-9_.]+\\] ", "")
                        .replaceFirst(" SQLSTATE: \\w+", "")
                        .replaceFirst("(; line \\d+ pos \\d+;?|\\(line \\d+, pos \\d+\\))$", "")
                        .strip())
                .filter(line -> !line.isEmpty() && !line.equals("null"))
                .findFirst()
                // The message is nothing but the name of the host.
                .map(line -> thrown instanceof UnknownHostException ? "There is no host %s.".formatted(line) : line)
                .map(Redaction::text)
                .orElse(thrown.getClass().getName());
    }

    /** The first line of the deepest cause's message. */
    public static String rootLine(Throwable thrown) {
        Throwable root = thrown;
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        while (root.getCause() != null && seen.add(root)) {
            root = root.getCause();
        }
        return firstLine(root);
    }
}
