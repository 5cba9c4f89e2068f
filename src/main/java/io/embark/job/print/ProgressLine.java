/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.print;

import io.embark.encode.Count;
import io.embark.spark.exec.EmbedProgress;
import java.io.PrintStream;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Says while a run goes on how far it is, again and again; closing it ends that and takes the line away from a terminal.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class ProgressLine implements AutoCloseable {
    private final StatusLine line;
    private final EmbedProgress progress;
    private final OptionalLong total;
    private final boolean tellsKept;
    private final long started = System.nanoTime();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;

    /**
     * @param progress what was embedded so far; asked by a thread of its own
     * @param total the rows to embed in all, if known
     * @param tellsKept whether rows are written for good while tasks run, so that it is worth telling how many are
     */
    public ProgressLine(PrintStream err, EmbedProgress progress, OptionalLong total, boolean tellsKept) {
        this.line = StatusLine.on(err);
        this.progress = progress;
        this.total = total;
        this.tellsKept = tellsKept;
        this.thread = new Thread(this::run, "embark-progress");
        this.thread.setDaemon(true);
    }

    /** Starts to tell; without it, closing does nothing. */
    public void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!closed.await(line.nanosForEach(), TimeUnit.NANOSECONDS)) {
                double seconds = (System.nanoTime() - started) / 1e9;
                OptionalLong kept = tellsKept ? OptionalLong.of(progress.rowsKept()) : OptionalLong.empty();
                line.show(text(progress.rows(), kept, progress.counts().get(Count.TOKENS), total, seconds));
            }
            line.erase();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What to say after so many rows, of which some are kept whatever happens, tokens and seconds. */
    static String text(long rows, OptionalLong kept, long tokens, OptionalLong total, double seconds) {
        StringBuilder text = new StringBuilder("embark: ").append(Figures.count(rows));
        if (total.isPresent() && total.getAsLong() > 0) {
            text.append(" of ")
                    .append(Figures.count(total.getAsLong()))
                    .append(" rows (")
                    .append(100 * Math.min(rows, total.getAsLong()) / total.getAsLong())
                    .append(" %)");
        } else {
            text.append(" rows");
        }
        if (rows == 0) {
            // A speed of 0 would say that it stands still; the model is being loaded, or a first window computed.
            return text.toString();
        }

        if (kept.isPresent()) {
            text.append(", ").append(Figures.count(kept.getAsLong())).append(" safe");
        }
        text.append(", ")
                .append(Figures.count(Math.round(rows / seconds)))
                .append(" rows/s, ")
                .append(Figures.count(Math.round(tokens / seconds)))
                .append(" tokens/s");
        if (total.isPresent() && rows < total.getAsLong()) {
            double left = (total.getAsLong() - rows) * seconds / rows;
            text.append(", ").append(Figures.duration(left)).append(" left");
        }
        return text.toString();
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
