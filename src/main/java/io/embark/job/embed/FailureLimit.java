/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.OnError;
import io.embark.encode.Count;
import io.embark.encode.EmbedCounts;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.RowLimit;
import io.embark.job.settings.SettingErrors;
import io.embark.job.settings.Settings;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How many texts of a run may have no vector, as {@code --max-failed} has it.
 *
 * @param limit how many
 * @hidden Public for Embark's other rooms only.
 */
public record FailureLimit(RowLimit limit) {
    /**
     * The limit that the settings choose; empty for any number.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if it is no limit, or a setting of failed rows is chosen where the
     *     first of them ends the run
     */
    public static Optional<FailureLimit> of(Settings settings) {
        if (settings.embedOptions().get(EmbedOptions.ON_ERROR) == OnError.FAIL) {
            JobSettings.OF_FAILED_ROWS.stream()
                    .filter(setting -> settings.isChosen(setting) && !Boolean.FALSE.equals(settings.get(setting)))
                    .findFirst()
                    .ifPresent(setting -> {
                        throw SettingErrors.isForFailedRows(setting);
                    });
        }
        return settings.find(JobSettings.MAX_FAILED)
                .map(text -> new FailureLimit(RowLimit.of(JobSettings.MAX_FAILED, text)));
    }

    /** Whether so many failed texts of some are too many. */
    public boolean isBeyond(long failed, long texts) {
        return !limit.allows(failed, texts);
    }

    /**
     * Refuses what has more.
     *
     * @param counts of the whole run
     * @param failed finds some of the texts, asked only if there are too many
     * @param output the place, for the error
     * @param isWhole whether none of the run's rows is in it
     * @throws EmbarkException {@link ErrorCode#TOO_MANY_FAILED} if there are
     */
    public void require(EmbedCounts counts, Supplier<FailedRows> failed, String output, boolean isWhole) {
        require(counts, counts.get(Count.TEXTS), failed, output, isWhole);
    }

    /**
     * The same for a run that embeds a part of its texts.
     *
     * @param texts all texts of the table
     */
    public void require(EmbedCounts counts, long texts, Supplier<FailedRows> failed, String output, boolean isWhole) {
        long without = counts.get(Count.FAILED);
        if (isBeyond(without, texts)) {
            throw areTooMany(without, texts, failed, output, isWhole);
        }
    }

    /** What a run says that has more; with what {@link #require} takes. */
    public EmbarkException areTooMany(
            long without, long texts, Supplier<FailedRows> failed, String output, boolean isWhole) {
        return RunErrors.tooManyFailed(without, texts, limit, failed.get().inAnError(), output, isWhole);
    }
}
