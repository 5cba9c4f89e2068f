/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import io.embark.Device;
import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.Option;
import io.embark.Precision;
import io.embark.encode.Embedder;
import io.embark.model.ModelFolder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a precision costs a model, and what it gains, against float32 on this machine's CPU.
 *
 * @param precision the one that was tried
 * @param fidelity how near its vectors are
 * @param timesAsFast how often float32's time holds its own
 * @hidden Public for Embark's other rooms only.
 */
public record PrecisionTrial(Precision precision, Fidelity fidelity, double timesAsFast) {
    /** Texts that are embedded before time is taken: kernels are compiled for the shapes that they see. */
    private static final int WARMING = 64;

    /**
     * Embeds texts in both, one after the other.
     *
     * @param options among them the precision
     * @param texts more than ten, none of them blank
     * @throws EmbarkException as {@link Embedder#open}
     */
    public static PrecisionTrial of(ModelFolder folder, EmbedOptions options, List<String> texts) {
        EmbedOptions onCpu = options.with(EmbedOptions.DEVICE, Device.CPU);
        try (Embedder tried = Embedder.open(folder, onCpu);
                Embedder exact = Embedder.open(folder, onCpu.with(EmbedOptions.PRECISION, Precision.FLOAT32))) {
            List<String> warming = texts.subList(0, Math.min(WARMING, texts.size()));
            tried.embed(warming);
            exact.embed(warming);
            long start = System.nanoTime();
            float[][] vectors = tried.embed(texts);
            long between = System.nanoTime();
            float[][] exactVectors = exact.embed(texts);
            long end = System.nanoTime();
            return new PrecisionTrial(
                    options.get(EmbedOptions.PRECISION),
                    Fidelity.of(exactVectors, vectors),
                    (end - between) / (double) (between - start));
        }
    }

    /** For people: how near the vectors are. */
    public String exactnessInWords() {
        return "%s against float32: %s".formatted(Option.write(precision), fidelity.inWords());
    }

    /** For people: what it gains, and over how many texts all this holds. */
    public String paceInWords() {
        return String.format(
                Locale.ROOT, "%.1f times as fast on this CPU, over %,d texts", timesAsFast, fidelity.texts());
    }

    /** For programs. */
    public Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("name", Option.write(precision));
        facts.putAll(fidelity.facts());
        facts.put("timesAsFast", timesAsFast);
        return facts;
    }
}
