/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.settings;

import io.embark.job.sink.WriteMode;

/**
 * What a run does with an output that is there already.
 *
 * @hidden Public for Embark's other rooms only.
 */
public enum RunMode {
    /** It stays, and the run is refused. */
    ERROR,
    /** It is replaced once the new one is complete. */
    OVERWRITE,
    /** It keeps its rows and gets the new ones. */
    APPEND,
    /** It is compared with the source, and gets what differs. */
    REFRESH;

    /** What is asked of a place whose rows the run writes as a whole; a refresh asks it to take the place of what it compared. */
    public WriteMode write() {
        return switch (this) {
            case ERROR -> WriteMode.ERROR;
            case OVERWRITE, REFRESH -> WriteMode.OVERWRITE;
            case APPEND -> WriteMode.APPEND;
        };
    }
}
