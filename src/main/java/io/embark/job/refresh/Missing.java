/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import java.util.Optional;

/**
 * What a comparison may conclude from a row that only the target has.
 *
 * @param acts whether anything is done with such rows
 * @param flags whether the target has a column of flags
 * @param flagsOnce whether rows are flagged rather than deleted, and nothing is left to be done with those that are
 * @param within the condition that narrowed the source, which holds for rows of the target that may be missed; empty if all may
 * @param isTold whether the source tells which keys left it, and nothing of those that did not change
 */
record Missing(boolean acts, boolean flags, boolean flagsOnce, Optional<String> within, boolean isTold) {
    /** The same beside a source that tells which keys left it. */
    Missing told() {
        return new Missing(acts, flags, flagsOnce, within, true);
    }
}
