/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.benchmark;

import io.embark.EmbedOptions;
import io.embark.Precision;
import io.embark.encode.Count;
import io.embark.encode.CountedVectors;
import io.embark.encode.EmbedCounts;
import io.embark.encode.Embedder;
import io.embark.job.bench.TextSample;
import io.embark.job.bench.Work;
import io.embark.torch.MatrixPeak;
import java.util.ArrayList;
import java.util.List;

/**
 * The embedder on one thread against what matrix multiplication reaches on that thread. The two take turns, so that a machine
 * whose speed drifts slows both.
 */
final class EngineBenchmark {
    private static final int TURNS = 5;
    private static final int GLOSSES_PER_TURN = 2_048;
    private static final int LONG_TEXTS_PER_TURN = 200;

    private EngineBenchmark() {}

    static void run() throws Exception {
        long start = System.nanoTime();
        try (Embedder embedder = Embedder.open(EmbedOptions.defaults().with(EmbedOptions.THREADS, 1));
                MatrixPeak peak = new MatrixPeak(1, Precision.FLOAT32)) {
            double opened = (System.nanoTime() - start) / 1e9;
            Figures.print("Opening the model in a new process, natives unpacked: %.2f s", opened);
            measure(
                    "Texts of about 100 tokens",
                    Glosses.joined(LONG_TEXTS_PER_TURN * (TURNS + 1)),
                    LONG_TEXTS_PER_TURN,
                    embedder,
                    peak);
            measure("Glosses", Glosses.first(GLOSSES_PER_TURN * (TURNS + 1)), GLOSSES_PER_TURN, embedder, peak);
        }
    }

    private static void measure(String name, List<String> texts, int perTurn, Embedder embedder, MatrixPeak peak)
            throws Exception {
        Figures.print("%n%s, one thread", name);
        embedder.embed(texts.subList(0, perTurn));
        List<Double> model = new ArrayList<>();
        List<Double> whole = new ArrayList<>();
        double before = peak.measure(1);
        for (int turn = 1; turn <= TURNS; turn++) {
            List<String> part = texts.subList(turn * perTurn, (turn + 1) * perTurn);
            Work work = Work.of(
                            TextSample.of(
                                    "", part.stream().distinct().toList(), embedder.folder(), EmbedOptions.defaults()),
                            embedder.folder())
                    .orElseThrow();
            long start = System.nanoTime();
            EmbedCounts took = CountedVectors.of(embedder, part).counts();
            double seconds = (System.nanoTime() - start) / 1e9;
            double after = peak.measure(1);

            double reachable = (before + after) / 2;
            double forward = work.operations() / (took.get(Count.FORWARD) / 1e9);
            model.add(forward / reachable);
            whole.add(work.operations() / seconds / reachable);
            Figures.print(
                    "  %.1f tokens/text  %.0f tokens/s  %.1f GFLOP/s in the model  sgemm %.1f GFLOP/s",
                    (double) took.get(Count.TOKENS) / took.get(Count.DISTINCT),
                    took.get(Count.TOKENS) / seconds,
                    forward / 1e9,
                    reachable / 1e9);
            before = after;
        }
        Figures.print("  model / sgemm          %s", Figures.spread(model));
        Figures.print("  with tokenising        %s", Figures.spread(whole));
    }
}
