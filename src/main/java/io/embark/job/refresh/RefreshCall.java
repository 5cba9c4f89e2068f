/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.job.embed.EmbedCall;
import io.embark.job.print.Console;
import io.embark.job.settings.Deleted;
import io.embark.job.settings.Duplicates;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.NewColumns;
import io.embark.job.settings.Settings;
import io.embark.job.sink.Refreshing;
import io.embark.job.sink.Sink;
import java.util.Optional;

/**
 * What one refresh works with from its start to its end.
 *
 * @param settings what was asked for
 * @param console where it tells what it does
 * @param embed source, columns and model
 * @param sink the place, as something that is written to
 * @param place the same, as something that is brought up to date
 * @param apart the same, if its state is kept elsewhere
 * @param isPart whether the source is known to hold some of its rows only
 */
record RefreshCall(
        Settings settings,
        Console console,
        EmbedCall embed,
        Sink sink,
        Refreshing place,
        Optional<StateApart> apart,
        boolean isPart) {
    RefreshCall with(EmbedCall other) {
        return new RefreshCall(settings, console, other, sink, place, apart, isPart);
    }

    /** What holds the state: the place itself, unless it is kept apart. */
    Sink keeper() {
        return apart.map(StateApart::keeper).orElse(sink);
    }

    /** Whether source and place are compared; else all rows are written, and none has a state. */
    boolean compares() {
        return !(place instanceof WrittenOnce);
    }

    /** Whether rows have their state beside them in the place. */
    boolean keepsState() {
        return compares() && apart.isEmpty();
    }

    boolean quiet() {
        return settings.isOn(JobSettings.QUIET);
    }

    boolean rebuilds() {
        return settings.isOn(JobSettings.REBUILD);
    }

    Deleted deleted() {
        return settings.get(JobSettings.DELETED);
    }

    /** Whether the place gets columns that it lacks. */
    boolean addsColumns() {
        return settings.get(JobSettings.NEW_COLUMNS) == NewColumns.ADD;
    }

    /** Whether the source may have a key twice. */
    boolean takesFirst() {
        return settings.get(JobSettings.DUPLICATES) == Duplicates.FIRST;
    }

    /** Whether rows that are not read may be there all the same. */
    boolean isNarrowed() {
        return isPart || settings.isChosen(JobSettings.LIMIT) || settings.isChosen(JobSettings.SINCE);
    }

    /** Whether some rows of the source are left out, of which a run that was killed may have kept vectors. */
    boolean isOfAPart() {
        return isNarrowed() || settings.isChosen(JobSettings.WHERE);
    }

    void note(String text) {
        if (!quiet()) {
            console.note(text);
        }
    }
}
