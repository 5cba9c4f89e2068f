/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

/**
 * Whether rows of equal texts are dealt to one partition, where each text is embedded once.
 *
 * @hidden Public for Embark's other rooms only.
 */
public enum Deduplicate {
    /** Where that pays: texts repeat, rows are moved anyway, and no partition gets too big. */
    AUTO,
    /**
     * Wherever rows can be moved. They are shuffled even if they lie well, and all rows of one text, or of none, are those of one task
     * and one file of the output: the core that has them is busy longer than others.
     */
    ALWAYS,
    /** Never: rows are dealt out in turn, or stay where they are. */
    NEVER
}
