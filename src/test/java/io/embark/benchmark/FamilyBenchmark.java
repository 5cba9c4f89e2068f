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
import io.embark.host.CacheDirectory;
import io.embark.job.bench.TextSample;
import io.embark.job.bench.Work;
import io.embark.model.RandomFamilies;
import io.embark.model.RandomModel;
import io.embark.text.TextTokenizer;
import io.embark.torch.MatrixPeak;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Every family of networks at base size, 12 layers of width 768, with random weights: on one thread, against what matrix
 * multiplication reaches on that thread. The two take turns.
 */
final class FamilyBenchmark {
    private static final int TURNS = 3;
    private static final int TEXTS_PER_TURN = 40;
    private static final int GLOSSES_PER_TURN = 20_000;
    private static final int GLOSS_PARTS = 5;
    private static final int WARM_ROUNDS = 3;

    private FamilyBenchmark() {}

    static void run() throws Exception {
        List<String> texts = Glosses.joined(TEXTS_PER_TURN * (TURNS + 1));
        Path directory = Files.createTempDirectory("embark-families");
        try (MatrixPeak peak = new MatrixPeak(1, Precision.FLOAT32)) {
            for (String family : RandomFamilies.names()) {
                Path folder = RandomFamilies.write(
                        directory.resolve(family),
                        family,
                        RandomFamilies.Size.BASE,
                        CacheDirectory.of(EmbedOptions.defaults()).path());
                measure(family, folder, texts, peak);
                delete(folder);
            }
            measureTable(RandomModel.writeTable(
                    directory.resolve("static"),
                    256,
                    CacheDirectory.of(EmbedOptions.defaults()).path()));
        } finally {
            delete(directory);
        }
    }

    /**
     * A table only looks up: tokenising bounds it, so that is what it is held against, over all glosses again and again. The
     * first rounds are for the compiler of Java, which needs as much of the second core as the tokeniser.
     */
    private static void measureTable(Path folder) throws IOException {
        EmbedOptions options = EmbedOptions.defaults()
                .with(EmbedOptions.MODEL, folder.toString())
                .with(EmbedOptions.THREADS, 1);
        List<Double> shares = new ArrayList<>();
        try (Embedder embedder = Embedder.open(options);
                TextTokenizer tokenizer = TextTokenizer.open(
                        embedder.folder(), embedder.folder().specification().maxTokens())) {
            for (int round = 0; round < WARM_ROUNDS + TURNS; round++) {
                for (List<String> part : glosses()) {
                    double before = seconds(() -> tokenizer.tokenize(part));
                    double embedding = seconds(() -> embedder.embed(part));
                    double after = seconds(() -> tokenizer.tokenize(part));
                    if (round >= WARM_ROUNDS) {
                        shares.add((before + after) / 2 / embedding);
                    }
                }
            }
        }
        Figures.print("static, 256 wide: tokenising / embedding %s", Figures.spread(shares));
    }

    private static double seconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }

    private static List<List<String>> glosses() {
        List<String> glosses = Glosses.first(GLOSSES_PER_TURN * GLOSS_PARTS);
        return IntStream.range(0, GLOSS_PARTS)
                .mapToObj(part -> glosses.subList(GLOSSES_PER_TURN * part, GLOSSES_PER_TURN * (part + 1)))
                .toList();
    }

    private static void measure(String name, Path folder, List<String> texts, MatrixPeak peak) throws Exception {
        EmbedOptions options = EmbedOptions.defaults()
                .with(EmbedOptions.MODEL, folder.toString())
                .with(EmbedOptions.THREADS, 1);
        List<Double> shares = new ArrayList<>();
        List<Double> speeds = new ArrayList<>();
        try (Embedder embedder = Embedder.open(options)) {
            embedder.embed(texts.subList(0, TEXTS_PER_TURN));
            double before = peak.measure(1);
            for (int turn = 1; turn <= TURNS; turn++) {
                List<String> part = texts.subList(turn * TEXTS_PER_TURN, (turn + 1) * TEXTS_PER_TURN);
                Work work = Work.of(TextSample.of("", part, embedder.folder(), options), embedder.folder())
                        .orElseThrow();
                EmbedCounts took = CountedVectors.of(embedder, part).counts();
                double seconds = took.get(Count.FORWARD) / 1e9;
                double after = peak.measure(1);
                shares.add(work.operations() / seconds / ((before + after) / 2));
                speeds.add(work.tokens() / seconds);
                before = after;
            }
        }
        Figures.print("%-12s %7.0f tokens/s  model / sgemm %s", name, Figures.median(speeds), Figures.spread(shares));
    }

    static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
