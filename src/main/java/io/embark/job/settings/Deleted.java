/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.settings;

/**
 * What a refresh does with rows that left the source.
 *
 * @hidden Public for Embark's other rooms only.
 */
public enum Deleted {
    /** They stay as they are. */
    KEEP,
    /** They go. */
    DELETE,
    /** They stay, with the time at which they were missed. */
    FLAG
}
