package io.embark.benchmark;

import io.embark.EmbedOptions;
import io.embark.encode.Embedder;
import io.embark.encode.Statistics;
import io.embark.model.CacheDirectory;
import io.embark.model.RandomModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Every family of networks at base size, 12 layers of width 768, with random weights: on one thread, against what matrix
 * multiplication reaches on that thread. The two take turns.
 */
final class FamilyBenchmark {
    private static final int TURNS = 3;
    private static final int TEXTS_PER_TURN = 40;

    private static final String SIZES = """
            "vocab_size": 30522, "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072,
            "max_position_embeddings": 514""";

    private FamilyBenchmark() {}

    static void run() throws Exception {
        List<String> texts = Glosses.joined(TEXTS_PER_TURN * (TURNS + 1));
        Path directory = Files.createTempDirectory("embark-families");
        try (MatrixPeak peak = new MatrixPeak(1)) {
            for (Map.Entry<String, String> family : configurations().entrySet()) {
                Path folder = RandomModel.write(
                        directory.resolve(family.getKey()),
                        family.getValue(),
                        CacheDirectory.of(EmbedOptions.defaults()).path());
                measure(family.getKey(), folder, texts, peak);
                delete(folder);
            }
        } finally {
            delete(directory);
        }
    }

    private static Map<String, String> configurations() {
        Map<String, String> configurations = new LinkedHashMap<>();
        for (String modelType : List.of("bert", "roberta", "mpnet")) {
            configurations.put(modelType, "{\"model_type\": \"%s\", %s}".formatted(modelType, SIZES));
        }
        configurations.put("distilbert", """
                {"model_type": "distilbert", "vocab_size": 30522, "dim": 768, "n_layers": 12, "n_heads": 12, "hidden_dim": 3072,
                 "max_position_embeddings": 512}""");
        configurations.put("t5", """
                {"model_type": "t5", "vocab_size": 30522, "d_model": 768, "d_kv": 64, "num_heads": 12, "d_ff": 3072,
                 "num_layers": 12, "feed_forward_proj": "relu"}""");
        configurations.put("umt5", """
                {"model_type": "umt5", "vocab_size": 30522, "d_model": 768, "d_kv": 64, "num_heads": 12, "d_ff": 2048,
                 "num_layers": 12, "feed_forward_proj": "gated-gelu"}""");
        return configurations;
    }

    private static void measure(String name, Path folder, List<String> texts, MatrixPeak peak) throws Exception {
        EmbedOptions options = EmbedOptions.defaults()
                .with(EmbedOptions.MODEL, folder.toString())
                .with(EmbedOptions.THREADS, 1);
        List<Double> shares = new ArrayList<>();
        List<Double> speeds = new ArrayList<>();
        try (Embedder embedder = Embedder.open(options)) {
            embedder.embed(texts.subList(0, TEXTS_PER_TURN));
            double before = peak.measure();
            for (int turn = 1; turn <= TURNS; turn++) {
                List<String> part = texts.subList(turn * TEXTS_PER_TURN, (turn + 1) * TEXTS_PER_TURN);
                Work work = Work.of(part, embedder.model());
                Statistics took = embedder.embedCounted(part).statistics();
                double seconds = took.forwardNanos() / 1e9;
                double after = peak.measure();
                shares.add(work.operations() / seconds / ((before + after) / 2));
                speeds.add(work.tokens() / seconds);
                before = after;
            }
        }
        Figures.print("%-12s %7.0f tokens/s  model / sgemm %s", name, Figures.median(speeds), Figures.spread(shares));
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
