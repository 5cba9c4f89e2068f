/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink;

/**
 * What a place can do for whoever writes to it. A test holds each {@link Sink} to what it says here.
 *
 * @hidden Public for Embark's other rooms only.
 */
public enum Capability {
    /** Makes the output if nothing is there. */
    CREATES,
    /** Adds rows to those that are there. */
    APPENDS,
    /** Replaces what is there at once and as a whole: readers see the old rows or the new ones. */
    REPLACES_AT_ONCE,
    /** Replaces what is there, while readers may see the old rows beside the new ones. */
    REPLACES,
    /** Lets nobody see the rows of a run before all of them are there, so that one that fails leaves what was there. */
    ALL_OR_NOTHING,
    /** Puts a row in the place of the one with its key. */
    UPDATES_BY_KEY,
    /** Puts a row in the place of the one with its key if its own options say so; nobody else can tell. */
    MAY_UPDATE_BY_KEY,
    /** Removes rows by their keys. */
    DELETES_BY_KEY,
    /** A reader finds with the vectors which model they come from. */
    KEEPS_METADATA,
    /** A reader finds the types that were written, rather than guessing them from text. */
    KEEPS_TYPES,
    /** Spark can read what it wrote. */
    READS_BACK
}
