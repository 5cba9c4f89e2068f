/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.print;

import io.embark.base.Redaction;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where the job prints: results for people to {@code out}, progress and errors to {@code err}.
 *
 * @hidden Public for Embark's other rooms only.
 */
public record Console(PrintStream out, PrintStream err) {
    /** The process's own streams, in UTF-8 whatever the locale: containers often have one that knows only ASCII. */
    public static Console system() {
        return new Console(utf8(FileDescriptor.out), utf8(FileDescriptor.err));
    }

    /** Tells people what they should know while a command runs. */
    public void note(String text) {
        err.println("embark: " + Redaction.text(text));
    }

    /** Prints a line of a result. */
    public void say(String line) {
        out.println(Redaction.text(line));
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
