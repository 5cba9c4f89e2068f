/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink;

import java.util.Locale;

/**
 * What becomes of an output that is there already.
 *
 * @hidden Public for Embark's other rooms only.
 */
public enum WriteMode {
    /** It stays, and the run is refused. */
    ERROR,
    /** It is replaced once the new one is complete. */
    OVERWRITE,
    /** It keeps its rows and gets the new ones. */
    APPEND;

    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
