/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.spark.SharedSpark;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class EmbedProgressTest {
    /** Tasks of a local session look at it too. */
    private static final EmbedProgress PROGRESS = new EmbedProgress();

    private final JavaSparkContext spark =
            JavaSparkContext.fromSparkContext(SharedSpark.session().sparkContext());

    @Test
    @Timeout(60)
    void rowsThatARunningTaskHasWrittenAreKeptFromItsNextHeartbeatOn() {
        spark.sc().addSparkListener(PROGRESS);
        try {
            long kept = spark.parallelize(List.of(1), 1)
                    .map(any -> {
                        TaskContext.get().taskMetrics().outputMetrics().setRecordsWritten(5);
                        while (PROGRESS.rowsKept() == 0 && !TaskContext.get().isInterrupted()) {
                            Thread.onSpinWait();
                        }
                        return PROGRESS.rowsKept();
                    })
                    .first();
            assertThat(kept).isEqualTo(5);
        } finally {
            spark.sc().cancelAllJobs();
            spark.sc().removeSparkListener(PROGRESS);
        }
    }
}
