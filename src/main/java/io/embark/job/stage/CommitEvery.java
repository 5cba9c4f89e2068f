/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.stage;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import java.io.Serializable;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How often work that is finished is put where it is safe: after a time, or after a number of rows. Immutable.
 *
 * @param text as somebody wrote it
 * @param amount of the unit
 * @param unit what is counted
 * @hidden Public for Embark's other rooms only.
 */
public record CommitEvery(String text, long amount, Unit unit) implements Serializable {
    private static final Pattern WRITTEN = Pattern.compile("([0-9]{1,12})\\s*([hms]?)");

    /** What is counted. */
    public enum Unit {
        /** Rows. */
        ROWS(Duration.ZERO),
        /** Seconds since the first row that is not put aside. */
        SECONDS(Duration.ofSeconds(1)),
        /** The same in minutes. */
        MINUTES(Duration.ofMinutes(1)),
        /** The same in hours. */
        HOURS(Duration.ofHours(1));

        private final Duration duration;

        Unit(Duration duration) {
            this.duration = duration;
        }

        private static Unit of(String letter) {
            return switch (letter) {
                case "h" -> HOURS;
                case "m" -> MINUTES;
                case "s" -> SECONDS;
                default -> ROWS;
            };
        }
    }

    /**
     * Reads {@code 10m}, {@code 30s}, {@code 2h} or a number of rows.
     *
     * @param option the key of the option that says it, for the error
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if it is none of these
     */
    public static CommitEvery parse(String option, String text) {
        Matcher written = WRITTEN.matcher(text.strip());
        if (!written.matches() || Long.parseLong(written.group(1)) == 0) {
            throw StageErrors.isNoInterval(option, text);
        }
        return new CommitEvery(text.strip(), Long.parseLong(written.group(1)), Unit.of(written.group(2)));
    }

    /** Whether so many rows are enough. */
    boolean isReachedBy(long rows) {
        return unit == Unit.ROWS && rows >= amount;
    }

    /** The time in seconds; 0 for a number of rows. */
    public long seconds() {
        return amount * unit.duration.toSeconds();
    }

    /** Whether the time is over: a difference of {@link System#nanoTime}. */
    boolean isOver(long nanos) {
        // In seconds, of which a long holds all that can be written.
        return unit != Unit.ROWS && nanos / 1_000_000_000 >= seconds();
    }

    @Override
    public String toString() {
        return text;
    }
}
