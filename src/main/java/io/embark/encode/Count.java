/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import java.util.Locale;

/**
 * What embedding is counted by. {@code summary.json} and the counters of the Spark UI are derived from these constants.
 *
 * @hidden Public for Embark's other rooms only.
 */
public enum Count {
    TEXTS("texts", "Texts asked for: for each row as many as different texts are embedded.", Unit.NUMBER),
    NULLS("null texts", "Those of them that were null, or blank with `blank=null`.", Unit.NUMBER),
    DISTINCT(
            "distinct texts",
            "Texts computed: texts, or chunks of them, that went through the network; equal ones of one window count once.",
            Unit.NUMBER),
    /** Equal ones included. */
    TRUNCATED("truncated texts", "Texts that were cut to the limit.", Unit.NUMBER),
    /** Those of equal texts too. */
    CHUNKS(
            "chunks",
            "Chunks that texts were cut into with `long-text=mean` or `chunks`; a text that fits is one chunk.",
            Unit.NUMBER),
    /** Equal ones included. */
    FAILED(
            "failed texts",
            "Texts without a vector because they could not be embedded, with `on-error=null`.",
            Unit.NUMBER),
    TOKENS("tokens", "Tokens that went through the network, special tokens and prompt included.", Unit.NUMBER),
    BATCHES("batches", "Forward passes.", Unit.NUMBER),
    PEAK("peak batch tokens", "Tokens of the largest batch: the smallest, median and largest of all tasks.", Unit.PEAK),
    /** Summed over threads, as all times are. */
    TOKENIZE("time to tokenise", "Time spent on repairing, cutting and tokenising texts.", Unit.NANOS),
    FORWARD("time in the model", "Time of forward passes, summed over compute threads.", Unit.NANOS),
    WAIT("time waiting for the model", "Time that tasks waited for their batches.", Unit.NANOS);

    /**
     * What a value is, and so how two of them become one.
     *
     * @hidden For Embark's other rooms only.
     */
    public enum Unit {
        /** A number of things; they add up. */
        NUMBER,

        /** The largest of some numbers; of two the larger counts. */
        PEAK,

        /** Nanoseconds; they add up. */
        NANOS
    }

    private final String label;
    private final String description;
    private final Unit unit;

    Count(String label, String description, Unit unit) {
        this.label = label;
        this.description = description;
        this.unit = unit;
    }

    /** The name for people. */
    public String label() {
        return label;
    }

    /** What it counts, for people. */
    public String description() {
        return description;
    }

    public Unit unit() {
        return unit;
    }

    /** The name in {@code summary.json}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The value of two parts of a run together. */
    long join(long first, long second) {
        return unit == Unit.PEAK ? Math.max(first, second) : first + second;
    }
}
