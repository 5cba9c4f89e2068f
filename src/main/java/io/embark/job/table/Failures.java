/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import io.embark.base.Redaction;
import io.embark.base.Shown;
import java.io.IOException;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What people get to know of an exception that is not one of ours.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Failures {
    /** What to do about a failure that nobody foresaw. */
    public static final String VERBOSE = "Run it again with --verbose for Spark's log and the stack trace.";

    /** Spark's longest advice, on dates before 1582, has some 900 characters. */
    private static final int LONGEST = 1200;

    private static final Pattern CODE =
            Pattern.compile("^\\[[A-Z0-9_.]+\\] | SQLSTATE: \\w+|(; line \\d+ pos \\d+;?|\\(line \\d+, pos \\d+\\))$");

    /** How the query, the plan and the frames begin that stand behind what Spark says. */
    private static final Pattern BEHIND = Pattern.compile(
            "^(== |at [\\w$.<>/]+\\(|Caused by: |Driver stacktrace:|'[A-Z]\\w+ |[+:]- |[A-Z]\\w+ .*#\\d+)");

    private Failures() {}

    /**
     * An exception's message in one line, without Spark's error class, state and position, and without the plan, the query or
     * the stack trace behind it; the exception's name if it says nothing.
     */
    public static String line(Throwable thrown) {
        String line = String.valueOf(thrown.getMessage())
                .lines()
                .map(part -> CODE.matcher(part).replaceAll("").strip())
                .dropWhile(part -> part.isEmpty() || part.equals("null"))
                .takeWhile(part -> !BEHIND.matcher(part).find())
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(" "));
        if (line.isEmpty()) {
            return thrown.getClass().getName();
        }

        // Their messages are nothing but a name.
        if (thrown instanceof UnknownHostException) {
            return "There is no host %s.".formatted(line);
        }
        return thrown instanceof ClassNotFoundException && line.indexOf(' ') < 0
                ? "There is no class %s.".formatted(line)
                : cut(Redaction.text(Shown.line(line.replaceAll("\\s+", " ").replaceFirst("\\.;$", "."))));
    }

    private static String cut(String line) {
        return line.codePointCount(0, line.length()) <= LONGEST
                ? line
                : line.substring(0, line.offsetByCodePoints(0, LONGEST)) + "...";
    }

    /** The message, in one line, of the deepest cause that has one. */
    public static String rootLine(Throwable thrown) {
        Throwable root = thrown;
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Throwable link = thrown; link != null && seen.add(link); link = link.getCause()) {
            root = link.getMessage() == null ? root : link;
        }
        return line(root);
    }

    /** Whether an exception tells of a network, a disk or a cluster, which another request would not help. */
    public static boolean isOfTheMachine(Throwable thrown) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Throwable link = thrown; link != null && seen.add(link); link = link.getCause()) {
            if (link instanceof IOException || link instanceof IllegalStateException) {
                return true;
            }
        }
        return false;
    }
}
