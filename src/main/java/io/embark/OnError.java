/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark;

/** What becomes of a row that cannot be embedded. */
public enum OnError {
    /** The run stops with an error that names the text. */
    FAIL,
    /** Its vector is null, the row is counted as failed, and the run goes on. */
    NULL
}
