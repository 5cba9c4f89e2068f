/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark;

/** What becomes of a text that is empty or holds nothing but white space. */
public enum BlankText {
    /** It is embedded like any other text, as Sentence Transformers does. */
    EMBED,
    /** Its vector is null. */
    NULL,
    /** It is an error of its row, see {@link OnError}. */
    FAIL
}
