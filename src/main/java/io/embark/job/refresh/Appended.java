/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.job.settings.JobSettings;
import io.embark.job.settings.RunMode;
import io.embark.job.sink.Capability;
import io.embark.job.sink.Sink;
import io.embark.job.stage.StageFolder;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/**
 * Rows that are added to others where nobody can tell those of a run: a mark in its stage says that they are on their way, so that
 * no other run adds them once more if it does not come to its end.
 */
final class Appended {
    private Appended() {}

    private static boolean isSo(RefreshCall refresh) {
        return !refresh.compares()
                && refresh.settings().get(JobSettings.MODE) == RunMode.APPEND
                && !refresh.sink().can(Capability.UPDATES_BY_KEY);
    }

    /** Refuses to add what a run may have added that did not come to its end. */
    static void requireNone(RefreshCall refresh, StageFolder stage) throws IOException {
        if (isSo(refresh)) {
            stage.handedOver().ifPresent(mark -> {
                throw RefreshErrors.mayBeAppended(refresh.sink().description(), mark);
            });
        }
    }

    /** Does a commit, beside a mark where it only adds rows. */
    static boolean marked(RefreshCall refresh, StageFolder stage, BooleanSupplier commit) throws IOException {
        if (!isSo(refresh)) {
            return commit.getAsBoolean();
        }
        Sink sink = refresh.sink();
        stage.handOver();
        boolean done = false;
        try {
            done = commit.getAsBoolean();
            return done;
        } finally {
            if (!done && sink.can(Capability.ALL_OR_NOTHING)) {
                stage.takeBack();
            }
        }
    }
}
