/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

/** What becomes of the program that a model's folder may have in place of a network; whoever opens the model decides. */
enum ModelCode {
    /** It is run where Embark cannot compute the network itself. */
    RUNS,
    /** It is not opened; the caller could allow it. */
    NEEDS_TRUST,
    /** It is not opened: nothing is run that was copied or downloaded, whatever the caller allows. */
    NEEDS_FOLDER
}
