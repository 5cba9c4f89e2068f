/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.print;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The terminal that the command runs in, if any.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Terminal {
    /** The number of standard output. */
    static final int STANDARD_OUTPUT = 1;

    /** The number of standard error. */
    static final int STANDARD_ERROR = 2;

    private static final int DEFAULT_WIDTH = 120;

    private Terminal() {}

    /**
     * Whether this stream goes to a terminal. Java tells only of input and output together, so Linux is asked; false where
     * it cannot be.
     */
    static boolean shows(int stream) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(stream)))
                    .toString()
                    .matches("/dev/(pts/.*|tty.*|console)");
        } catch (IOException e) {
            return false;
        }
    }

    /** Characters in a line: {@code COLUMNS}, else what the terminal says, else 120. */
    public static int width() {
        String columns = System.getenv("COLUMNS");
        if (columns != null && columns.matches("[1-9]\\d{1,4}")) {
            return Integer.parseInt(columns);
        }

        return shows(STANDARD_OUTPUT) ? ask() : DEFAULT_WIDTH;
    }

    private static int ask() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .start();
            String answer = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            boolean ended = stty.waitFor(1, TimeUnit.SECONDS);
            return ended && answer.matches("\\d+ [1-9]\\d{1,4}")
                    ? Integer.parseInt(answer.substring(answer.indexOf(' ') + 1))
                    : DEFAULT_WIDTH;
        } catch (IOException e) {
            return DEFAULT_WIDTH;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return DEFAULT_WIDTH;
        }
    }
}
