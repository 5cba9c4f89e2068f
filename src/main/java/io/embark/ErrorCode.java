/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark;

/** What kind of thing went wrong, so that failures can be counted and callers can tell a wrong request from a failed run. */
public enum ErrorCode {
    /** An option, configuration key or command that does not exist. */
    OPTION_UNKNOWN(true),
    /** An option whose value cannot be used, or two options that contradict each other. */
    OPTION_INVALID(true),
    /** The model reference leads nowhere. */
    MODEL_NOT_FOUND(true),
    /** A file of the model is missing, damaged or contradicts another one. */
    MODEL_INVALID(true),
    /** The model is sound but of a kind that Embark does not know. */
    MODEL_UNSUPPORTED(true),
    /** The tokenizer cannot be used. */
    TOKENIZER_INVALID(true),
    /** The table, file or query to read from does not exist or cannot be read. */
    INPUT_NOT_FOUND(true),
    /** A column is missing, ambiguous or of the wrong type. */
    COLUMN_INVALID(true),
    /** A query that asks for vectors where they cannot be computed. */
    QUERY_UNSUPPORTED(true),
    /** The output exists, or cannot be written to. */
    OUTPUT_INVALID(true),
    /** The device that was asked for is not there. */
    DEVICE_MISSING(true),
    /** The native libraries cannot be unpacked or loaded on this host. */
    NATIVES_UNAVAILABLE(false),
    /** A text that the options in force refuse. */
    TEXT_REFUSED(false),
    /** More rows without a vector than the run allows. */
    TOO_MANY_FAILED(false),
    /** The engine failed while computing. */
    COMPUTE_FAILED(false),
    /** The run failed for a reason outside Embark, such as a full disk or a lost executor. */
    RUN_FAILED(false);

    private final boolean wrongRequest;

    ErrorCode(boolean wrongRequest) {
        this.wrongRequest = wrongRequest;
    }

    /** Whether the request itself was wrong, so that repeating it unchanged cannot succeed. */
    public boolean isWrongRequest() {
        return wrongRequest;
    }
}
