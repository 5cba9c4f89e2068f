/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.print;

import java.io.PrintStream;
import java.util.concurrent.TimeUnit;

/**
 * Tells people how far something is: on one line of a terminal, which each new text replaces, and a line for each text
 * elsewhere.
 */
final class StatusLine {
    private static final String ERASE = "\r\u001b[K";

    private final PrintStream err;
    private final boolean terminal;

    StatusLine(PrintStream err, boolean terminal) {
        this.err = err;
        this.terminal = terminal;
    }

    /** @param err where to print; whether that is a terminal is asked of the process */
    static StatusLine on(PrintStream err) {
        return new StatusLine(err, Terminal.shows(Terminal.STANDARD_ERROR));
    }

    /** Whether {@link #erase} leaves nothing of what was shown. */
    boolean erases() {
        return terminal;
    }

    /** How long one text stands before the next: a log is to hold fewer of them. */
    long nanosForEach() {
        return TimeUnit.SECONDS.toNanos(terminal ? 1 : 10);
    }

    void show(String text) {
        if (terminal) {
            err.print(ERASE + text);
        } else {
            err.println(text);
        }
        err.flush();
    }

    /** Takes the text away from a terminal; elsewhere what was printed stays. */
    void erase() {
        if (terminal) {
            err.print(ERASE);
            err.flush();
        }
    }
}
