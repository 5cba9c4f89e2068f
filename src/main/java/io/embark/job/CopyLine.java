/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.model.files.DownloadProgress;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;

/** Says how far the copy or download of a model is: on one line of a terminal, a line every ten seconds elsewhere. */
final class CopyLine implements DownloadProgress {
    private static final String ERASE = "\r\u001b[K";

    private final PrintStream err;
    private final boolean terminal;
    private long told = System.nanoTime();

    private CopyLine(PrintStream err, boolean terminal) {
        this.err = err;
        this.terminal = terminal;
    }

    static DownloadProgress on(Console console, boolean quiet) {
        return quiet ? DownloadProgress.NONE : new CopyLine(console.err(), Terminal.shows(Terminal.STANDARD_ERROR));
    }

    /** Small files are done before anybody could read of them. */
    @Override
    public void downloaded(String file, long bytesDone, long bytesTotal) {
        long now = System.nanoTime();
        boolean isDone = bytesDone >= bytesTotal;
        if (now - told < TimeUnit.SECONDS.toNanos(terminal ? 1 : 10) && !(terminal && isDone)) {
            return;
        }
        told = isDone ? told : now;
        if (terminal) {
            err.print(isDone ? ERASE : ERASE + text(file, bytesDone, bytesTotal));
            err.flush();
        } else {
            err.println(text(file, bytesDone, bytesTotal));
        }
    }

    /** What to say after so many bytes. */
    static String text(String file, long bytesDone, long bytesTotal) {
        return "embark: getting the model's %s: %s of %s (%d %%)"
                .formatted(
                        file,
                        Figures.bytes(bytesDone),
                        Figures.bytes(bytesTotal),
                        100 * bytesDone / Math.max(1, bytesTotal));
    }
}
