/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.commit;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import java.util.List;
import org.apache.hadoop.fs.Path;

/**
 * What is refused of an output because of what other runs do with it.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class CommitErrors {
    private CommitErrors() {}

    static EmbarkException isWrittenByAnother(String output, RunPlaces other) {
        return isTaken(output, "written", other, "complete");
    }

    /** Another run keeps rows for the same output, and both would bring them in. */
    public static EmbarkException isRefreshedByAnother(String output, RunPlaces other) {
        return isTaken(output, "refreshed", other, "committed");
    }

    private static EmbarkException isTaken(String output, String done, RunPlaces other, String until) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "%s: is being %s by another run".formatted(output, done),
                "It is %s, which keeps its rows in %s until they are %s.".formatted(other.run(), other.folder(), until),
                "Wait until it ends. A run that died on another host counts as dead after %s minutes."
                        .formatted(Owner.MOST_SILENCE.toMinutes()));
    }

    /**
     * Rows came into an output that a run was to replace, or to make.
     *
     * @param others the files of rows that were not there when it began
     */
    static EmbarkException isWrittenMeanwhile(Path output, List<String> others) {
        return new EmbarkException(
                ErrorCode.RUN_FAILED,
                "output %s: somebody else wrote it while this run embedded".formatted(output),
                "It holds %s %s of rows that were not there when the run began, as %s; all was left as it is."
                        .formatted(others.size(), others.size() == 1 ? "file" : "files", others.get(0)),
                "Run it again when nobody else writes there, or choose another output.");
    }

    static EmbarkException isUnsettled(String output, Path place) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "%s: was left by a killed run in a state that is not clear".formatted(output),
                "A version of it lies in %s.".formatted(place),
                "Move this back, or delete it if it is not needed, and run it again.");
    }
}
