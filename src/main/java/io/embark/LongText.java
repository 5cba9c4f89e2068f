package io.embark;

/** What becomes of a text with more tokens than the model takes. */
public enum LongText {
    /** It is cut as the model says, and counted. */
    TRUNCATE,
    /** It is an error of its row, see {@link OnError}. */
    FAIL
}
