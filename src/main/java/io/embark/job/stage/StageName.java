/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.stage;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;

/**
 * The names of the files in a stage: {@code w0/p12/a345/6.parquet} is the seventh file of task 345, which wrote the thirteenth
 * partition of the first write.
 *
 * @param write which write of the run, counted from 0
 * @param partition which partition of it
 * @param attempt the task
 * @param sequence which of its files, counted from 0
 */
record StageName(int write, int partition, long attempt, int sequence) {
    private static final Pattern NAME =
            Pattern.compile("w([0-9]{1,9})/p([0-9]{1,9})/a([0-9]{1,18})/([0-9]{1,9})[.]parquet");

    /** The name of a file whose path ends with it; empty for all that no reader may see. */
    static Optional<StageName> of(String name) {
        Matcher parts = NAME.matcher(name);
        return parts.matches()
                ? Optional.of(new StageName(
                        Integer.parseInt(parts.group(1)),
                        Integer.parseInt(parts.group(2)),
                        Long.parseLong(parts.group(3)),
                        Integer.parseInt(parts.group(4))))
                : Optional.empty();
    }

    private Path folder(Path stage) {
        return new Path(stage, "w%s/p%s/a%s".formatted(write, partition, attempt));
    }

    /** Where the file is written. */
    Path unfinished(Path stage) {
        return new Path(folder(stage), "_%s.parquet".formatted(sequence));
    }

    /** Where it lies from when it is complete. */
    Path finished(Path stage) {
        return new Path(folder(stage), "%s.parquet".formatted(sequence));
    }

    StagedFile file(Path stage, long rows, long bytes) {
        return new StagedFile(finished(stage).toString(), write, partition, attempt, sequence, rows, bytes);
    }
}
