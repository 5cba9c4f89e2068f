/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.benchmark;

import io.embark.EmbedOptions;
import io.embark.encode.Count;
import io.embark.encode.CountedVectors;
import io.embark.encode.EmbedCounts;
import io.embark.encode.Embedder;
import io.embark.host.CacheDirectory;
import io.embark.model.RandomModel;
import io.embark.text.TextTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
            measureTable(RandomModel.writeTable(
                    directory.resolve("static"),
                    256,
                    CacheDirectory.of(EmbedOptions.defaults()).path()));
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
        configurations.put("modernbert", """
                {"model_type": "modernbert", "vocab_size": 30522, "hidden_size": 768, "num_hidden_layers": 12,
                 "num_attention_heads": 12, "intermediate_size": 1152, "max_position_embeddings": 8192, "local_attention": 128,
                 "global_attn_every_n_layers": 3, "global_rope_theta": 160000, "local_rope_theta": 10000}""");
        configurations.put("nomic_bert", """
                {"model_type": "nomic_bert", "vocab_size": 30522, "n_embd": 768, "n_layer": 12, "n_head": 12, "n_inner": 2048,
                 "activation_function": "swiglu", "rotary_emb_base": 1000, "rotary_emb_fraction": 1.0,
                 "qkv_proj_bias": false, "mlp_fc1_bias": false, "mlp_fc2_bias": false, "max_trained_positions": 2048}""");
        configurations.put("new", """
                {"model_type": "new", %s, "layer_norm_type": "layer_norm", "position_embedding_type": "rope", "pack_qkv": true,
                 "rope_theta": 500000, "rope_scaling": {"type": "ntk", "factor": 2.0}, "type_vocab_size": 0}""".formatted(SIZES));
        configurations.put("jina-bert-v2", """
                {"model_type": "bert", %s, "position_embedding_type": "alibi", "feed_forward_type": "geglu"}""".formatted(SIZES));
        configurations.put("qwen3", """
                {"model_type": "qwen3", "vocab_size": 30522, "hidden_size": 768, "num_hidden_layers": 12,
                 "num_attention_heads": 12, "num_key_value_heads": 4, "head_dim": 64, "intermediate_size": 2048,
                 "rms_norm_eps": 1e-6, "rope_theta": 1000000, "max_position_embeddings": 32768}""");
        configurations.put("gemma3_text", """
                {"model_type": "gemma3_text", "vocab_size": 30522, "hidden_size": 768, "num_hidden_layers": 12,
                 "num_attention_heads": 3, "num_key_value_heads": 1, "head_dim": 256, "intermediate_size": 1152,
                 "rms_norm_eps": 1e-6, "query_pre_attn_scalar": 256, "sliding_window": 512, "sliding_window_pattern": 6,
                 "use_bidirectional_attention": true, "hidden_activation": "gelu_pytorch_tanh",
                 "max_position_embeddings": 2048}""");
        return configurations;
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
            double before = peak.measure();
            for (int turn = 1; turn <= TURNS; turn++) {
                List<String> part = texts.subList(turn * TEXTS_PER_TURN, (turn + 1) * TEXTS_PER_TURN);
                Work work = Work.of(part, embedder.folder());
                EmbedCounts took = CountedVectors.of(embedder, part).counts();
                double seconds = took.get(Count.FORWARD) / 1e9;
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
