package io.embark.job;

import java.io.PrintStream;

/** Where the job prints: results for people to {@code out}, progress and errors to {@code err}. */
record Console(PrintStream out, PrintStream err) {
    static Console system() {
        return new Console(System.out, System.err);
    }
}
