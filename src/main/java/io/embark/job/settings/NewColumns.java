/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.settings;

/**
 * What a refresh does with columns of the source that the output lacks.
 *
 * @hidden Public for Embark's other rooms only.
 */
public enum NewColumns {
    /** The run is refused. */
    FAIL,
    /** The output gets them; rows that have nothing in them yet are filled like any whose other columns changed. */
    ADD
}
