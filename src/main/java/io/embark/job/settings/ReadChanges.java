/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.settings;

/**
 * How a refresh finds the rows of the source that changed.
 *
 * @hidden Public for Embark's other rooms only.
 */
public enum ReadChanges {
    /** By what the source tells of its changes since the last refresh, where that is certain; else by reading all of it. */
    AUTO,
    /** By reading all of it. */
    SCAN
}
