/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.job.settings.Deleted;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.RowLimit;
import io.embark.job.settings.Settings;
import io.embark.job.table.Columns;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** What has to hold of a comparison before anything is written. */
record ComparisonCheck(RefreshCall refresh) {
    private static final String MOST_DELETED = "10%";

    /** The place as errors call it. */
    private String output() {
        return refresh.sink().description();
    }

    /** The most rows that may be deleted or flagged. */
    static RowLimit mostDeleted(Settings settings) {
        return RowLimit.of(
                JobSettings.MAX_DELETED, settings.find(JobSettings.MAX_DELETED).orElse(MOST_DELETED));
    }

    /**
     * Refuses doubled and missing keys, vectors of another model, and more deletions than are believed.
     *
     * @param missing what is done with rows that left the source
     */
    void require(ClassCounts found, Missing missing, ComparedTarget target) {
        if (found.has(RowClass.NULL_KEY)) {
            throw RefreshErrors.keyIsNull(found.get(RowClass.NULL_KEY));
        }
        if (found.has(RowClass.DOUBLED)) {
            throw RefreshErrors.keyStandsTwice(
                    found.get(RowClass.DOUBLED), found.example(RowClass.DOUBLED), refresh.compares());
        }
        if (found.has(RowClass.DOUBLED_THERE)) {
            throw RefreshErrors.keyStandsTwiceThere(
                    output(), found.get(RowClass.DOUBLED_THERE), found.example(RowClass.DOUBLED_THERE));
        }
        if (found.has(RowClass.OTHER_MODEL)) {
            throw RefreshErrors.isOfAnotherModel(
                    output(),
                    found.get(RowClass.OTHER_MODEL),
                    found.example(RowClass.OTHER_MODEL),
                    target.state().shape().toString());
        }
        long there = found.inTheTarget();
        if (missing.acts() && found.inTheSource() == 0 && found.has(RowClass.GONE)) {
            throw RefreshErrors.sourceIsEmpty("the source", there);
        }
        requireFewGone(found.get(RowClass.GONE), there);
    }

    private void requireFewGone(long gone, long there) {
        RowLimit most = mostDeleted(refresh.settings());
        if (!most.allows(gone, there)) {
            throw RefreshErrors.tooManyDeleted(output(), gone, there, most.toString());
        }
    }

    /**
     * Refuses a rebuild that would drop rows that the source no longer has, unless that was asked for.
     *
     * @param there the rows that are replaced
     * @param keyed the keys of the source
     */
    void requireNoneIsLost(Dataset<Row> there, Dataset<Row> keyed, List<String> ids, ClassCounts found) {
        Column[] keys = ids.stream().map(Columns::named).toArray(Column[]::new);
        Dataset<Row> before = there.select(keys).distinct();
        long all = before.count();
        if (all > 0 && found.inTheSource() == 0) {
            throw RefreshErrors.sourceIsEmpty("the source", all);
        }
        long gone = ChangedRows.matching(before, keyed.select(keys), ids, "left_anti")
                .count();
        if (gone > 0 && refresh.settings().get(JobSettings.DELETED) != Deleted.DELETE) {
            throw RefreshErrors.wouldMixModels(output(), gone, refresh.apart().isEmpty());
        }
        requireFewGone(gone, all);
    }
}
