/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.EmbarkException;
import io.embark.encode.Count;
import io.embark.encode.EmbedCounts;
import io.embark.job.embed.EmbedCall;
import io.embark.job.embed.FailedRows;
import io.embark.job.embed.FailureLimit;
import io.embark.job.embed.WatchedRun;
import io.embark.job.table.Failures;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The texts of one refresh that got no vector, and whether they are too many. They are tried each night, so they are held against all
 * texts of the source and not against those of this night.
 */
final class FailedTexts {
    private static final Logger LOG = LoggerFactory.getLogger(FailedTexts.class);

    private final RefreshCall refresh;
    private final Optional<FailureLimit> limit;
    private final long texts;
    private FailedRows rows = FailedRows.NONE;

    FailedTexts(RefreshCall refresh, ClassCounts found) {
        this.refresh = refresh;
        this.limit = FailureLimit.of(refresh.settings());
        this.texts = found.inTheSource() * refresh.embed().columns().byText().size();
    }

    /** The rows that have them, as far as they were looked for. */
    FailedRows rows() {
        return rows;
    }

    /** Whether so many are too many; empty if none are. */
    Optional<LongPredicate> areTooMany() {
        return limit.map(most -> failed -> most.isBeyond(failed, texts));
    }

    /**
     * Names them, and refuses more than are allowed.
     *
     * @param embedded the rows of this run
     * @param isWhole whether none of them is in the output
     */
    void requireFew(EmbedCounts counts, Supplier<Dataset<Row>> embedded, boolean isWhole) {
        if (counts.get(Count.FAILED) == 0) {
            return;
        }
        rows = rows.plus(find(embedded));
        long all = Math.max(counts.get(Count.TEXTS), texts);
        limit.ifPresent(most -> most.require(counts, all, () -> rows, output(), isWhole));
    }

    /** Embeds rows, and says how many failed if that is why it came to no end. */
    <T> T endedBy(WatchedRun watched, Supplier<Dataset<Row>> embedded, boolean isWhole, Supplier<T> work) {
        try {
            return work.get();
        } catch (Throwable e) {
            // Spark throws checked exceptions without declaring them.
            if (watched.endedByFailures().isEmpty()) {
                throw e;
            }
            watched.stopCounting();
            EmbarkException many = limit.orElseThrow()
                    .areTooMany(watched.endedByFailures().getAsLong(), texts, () -> named(embedded), output(), isWhole);
            many.addSuppressed(e);
            throw many;
        }
    }

    /** Some of them; the run has failed anyway, whether they can be named or not. */
    private FailedRows named(Supplier<Dataset<Row>> embedded) {
        try {
            return find(embedded);
        } catch (Exception e) {
            // Spark throws checked exceptions without declaring them.
            LOG.warn("Rows that failed cannot be named: {}", Failures.rootLine(e));
            return FailedRows.NONE;
        }
    }

    private FailedRows find(Supplier<Dataset<Row>> embedded) {
        EmbedCall call = refresh.embed();
        return FailedRows.find(refresh.settings(), call.columns(), call.options(), embedded.get());
    }

    private String output() {
        return refresh.sink().description();
    }
}
