/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import java.util.Locale;

/** In which way a row of the source and the row of its key in the target differ. */
enum RowClass {
    /** The target has no row of this key. */
    NEW,
    /** The text is another one, or has no state: its vector is computed. */
    CHANGED,
    /** Only other columns differ: the vector stays. */
    UPDATED,
    /** Nothing differs. */
    UNCHANGED,
    /** The source has no row of this key, and the policy asks for something to be done. */
    GONE,
    /** The source has no row of this key, and nothing is to be done. */
    LEFT_ALONE,
    /** The vector is of another model or of other options. */
    OTHER_MODEL,
    /** The source has the key more than once. */
    DOUBLED,
    /** The target has the key more than once. */
    DOUBLED_THERE,
    /** A column of the key is null. */
    NULL_KEY,
    /** What the changes of the source tell of the key does not fit to what the target has of it. */
    IN_DOUBT;

    /** The word by which the comparison marks a row. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
