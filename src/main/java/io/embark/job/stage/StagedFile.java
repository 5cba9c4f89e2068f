/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.stage;

import java.util.Comparator;

/**
 * A file of rows that a task finished. Immutable.
 *
 * @param path where it lies, fully qualified
 * @param write which write of its run it belongs to, counted from 0
 * @param partition which partition of that write
 * @param attempt the task that wrote it: partitions that were tried again have several
 * @param sequence which of the files of that task, counted from 0
 * @param rows how many rows it holds
 * @param bytes its size
 * @hidden Public for Embark's other rooms only.
 */
public record StagedFile(String path, int write, int partition, long attempt, int sequence, long rows, long bytes) {
    /** As they were written. */
    static final Comparator<StagedFile> ORDER = Comparator.comparingInt(StagedFile::write)
            .thenComparingInt(StagedFile::partition)
            .thenComparingLong(StagedFile::attempt)
            .thenComparingInt(StagedFile::sequence);

    /** As a task tells the driver of it: whatever {@code spark.serializer} is, it takes a text. Kryo takes no records. */
    String told() {
        return "%s %s %s %s %s %s %s".formatted(write, partition, attempt, sequence, rows, bytes, path);
    }

    /** What {@link #told} says. */
    static StagedFile of(String told) {
        String[] parts = told.split(" ", 7);
        return new StagedFile(
                parts[6],
                Integer.parseInt(parts[0]),
                Integer.parseInt(parts[1]),
                Long.parseLong(parts[2]),
                Integer.parseInt(parts[3]),
                Long.parseLong(parts[4]),
                Long.parseLong(parts[5]));
    }
}
