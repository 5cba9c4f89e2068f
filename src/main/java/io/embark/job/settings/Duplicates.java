/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.settings;

/**
 * What a refresh does with a key that several rows of the source have.
 *
 * @hidden Public for Embark's other rooms only.
 */
public enum Duplicates {
    /** The run is refused. */
    FAIL,
    /** The first row by the order that was asked for is taken. */
    FIRST
}
