/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.encode.EmbedCounts;
import io.embark.job.settings.Settings;
import io.embark.job.sink.Capability;
import io.embark.job.sink.Sink;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;

/**
 * Holds the rows of a run against the limit on those that failed, before they are seen.
 *
 * @param run with the options by which texts are embedded
 * @param counts what the run took so far, events on their way included
 */
record FailureCheck(FailureLimit limit, Settings settings, EmbedCall run, Supplier<EmbedCounts> counts) {
    /**
     * Writes rows into a place that commits by itself, once all of them are embedded and few enough failed. Until then they wait
     * on the disks of the executors.
     */
    void write(Dataset<Row> rows, Consumer<Dataset<Row>> write) {
        Dataset<Row> kept = rows.persist(StorageLevel.DISK_ONLY());
        try {
            kept.count();
            require(Optional.of(kept), true);
            write.accept(kept);
        } finally {
            kept.unpersist();
        }
    }

    /**
     * Refuses rows that all are written and not seen, unless few enough failed.
     *
     * @throws EmbarkException {@link ErrorCode#TOO_MANY_FAILED} if more did
     */
    void require(Sink sink, Dataset<Row> rows) {
        require(sink.unseen(rows.schema()), sink.can(Capability.ALL_OR_NOTHING));
    }

    /**
     * @param found where rows that failed can be found
     * @param isWhole whether none of the rows is in the output
     */
    private void require(Optional<Dataset<Row>> found, boolean isWhole) {
        limit.require(
                counts.get(),
                () -> found.map(rows -> FailedRows.find(settings, run.columns(), run.options(), rows))
                        .orElse(FailedRows.NONE),
                run.sink().orElseThrow().description(),
                isWhole);
    }
}
