/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.print;

import io.embark.model.files.DownloadProgress;

/**
 * Says how far the copy or download of a model is.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class CopyLine implements DownloadProgress {
    private final StatusLine line;
    private long told = System.nanoTime();

    private CopyLine(StatusLine line) {
        this.line = line;
    }

    public static DownloadProgress on(Console console, boolean quiet) {
        return quiet ? DownloadProgress.NONE : new CopyLine(StatusLine.on(console.err()));
    }

    /** Small files are done before anybody could read of them. */
    @Override
    public void downloaded(String file, long bytesDone, long bytesTotal) {
        boolean isDone = bytesDone >= bytesTotal;
        if (isDone && line.erases()) {
            line.erase();
            return;
        }

        long now = System.nanoTime();
        if (now - told >= line.nanosForEach()) {
            told = isDone ? told : now;
            line.show(text(file, bytesDone, bytesTotal));
        }
    }

    /** What to say after so many bytes. */
    static String text(String file, long bytesDone, long bytesTotal) {
        return "embark: getting the model's %s: %s of %s (%s %%)"
                .formatted(
                        file,
                        Figures.bytes(bytesDone),
                        Figures.bytes(bytesTotal),
                        100 * bytesDone / Math.max(1, bytesTotal));
    }
}
