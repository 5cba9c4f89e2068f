/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.stage;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.TimeSpan;
import java.io.Serializable;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * How often work that is finished is put where it is safe: after a time, or after a number of rows. Immutable.
 *
 * @param text as somebody wrote it
 * @param rows how many; 0 for a time
 * @param seconds since the first row that is not put aside; 0 for a number of rows
 * @hidden Public for Embark's other rooms only.
 */
public record CommitEvery(String text, long rows, long seconds) implements Serializable {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,12}");

    /**
     * Reads {@code 10m}, {@code 30s}, {@code 2h} or a number of rows.
     *
     * @param option the key of the option that says it, for the error
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if it is none of these
     */
    public static CommitEvery parse(String option, String text) {
        String written = text.strip();
        OptionalLong seconds = TimeSpan.seconds(written);
        if (seconds.isPresent()) {
            return new CommitEvery(written, 0, seconds.getAsLong());
        }
        if (!NUMBER.matcher(written).matches() || Long.parseLong(written) == 0) {
            throw StageErrors.isNoInterval(option, text);
        }
        return new CommitEvery(written, Long.parseLong(written), 0);
    }

    /** Whether rows are counted, and no time. */
    public boolean countsRows() {
        return rows > 0;
    }

    /** Whether so many rows are enough. */
    boolean isReachedBy(long some) {
        return countsRows() && some >= rows;
    }

    /** Whether the time is over: a difference of {@link System#nanoTime}. */
    boolean isOver(long nanos) {
        // In seconds, of which a long holds all that can be written.
        return !countsRows() && nanos / 1_000_000_000 >= seconds;
    }

    @Override
    public String toString() {
        return text;
    }
}
