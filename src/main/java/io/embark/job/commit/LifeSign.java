/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.commit;

import io.embark.base.Redaction;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FileSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells other runs that a run of this process works: a file among its places, which is written again and again until this is
 * closed. Closing it twice does no harm.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class LifeSign implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LifeSign.class);

    private static final long SECONDS_BETWEEN_SIGNS = 20;

    private final FileSystem files;
    private final RunPlaces places;
    private final ScheduledExecutorService signs;

    /** @param places those of a run of this process */
    public LifeSign(FileSystem files, RunPlaces places) {
        this.files = files;
        this.places = places;
        this.signs = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "embark-sign-of-life");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Gives the first sign, and goes on.
     *
     * @throws IOException if not even the first can be given
     */
    public void begin() throws IOException {
        places.owner().begin();
        give();
        ScheduledFuture<?> next = signs.scheduleWithFixedDelay(
                this::giveQuietly, SECONDS_BETWEEN_SIGNS, SECONDS_BETWEEN_SIGNS, TimeUnit.SECONDS);
        LOG.debug("Signs of life in {}: {}", places.shown(), next);
    }

    private void give() throws IOException {
        try (OutputStream content = files.create(places.sign(), true)) {
            content.write("embark %s\n".formatted(places.owner()).getBytes(StandardCharsets.UTF_8));
        }
    }

    private void giveQuietly() {
        try {
            give();
        } catch (IOException | RuntimeException e) {
            LOG.debug("No sign of life in {}: {}", places.shown(), Redaction.text(String.valueOf(e.getMessage())));
        }
    }

    /** Writes no more signs; the run still counts as alive. */
    void stop() {
        signs.shutdownNow();
        try {
            if (signs.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.debug("No more signs in {}", places.shown());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
        places.owner().end();
    }
}
