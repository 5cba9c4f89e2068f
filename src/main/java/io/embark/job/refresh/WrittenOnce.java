/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.job.sink.Changes;
import io.embark.job.sink.Refreshing;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** A place that gets all rows of the source in one step, whatever it holds, once they are put aside: nothing is compared. */
final class WrittenOnce implements Refreshing {
    @Override
    public Optional<Dataset<Row>> there() {
        return Optional.empty();
    }

    @Override
    public boolean takesRowsAsTheyCome() {
        return false;
    }

    @Override
    public boolean apply(Changes changes, Runnable beforeTheyAreSeen) {
        throw new IllegalStateException("nothing was compared");
    }
}
