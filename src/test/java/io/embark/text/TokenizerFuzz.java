/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import com.sun.management.OperatingSystemMXBean;
import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.model.ModelFolder;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.ModelReference;
import io.embark.torch.TorchRuntime;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Opens mutated tokenizers and tokenises with them, in a JVM of its own, which a panic of the library ends. Before each it says
 * which one comes, and the folder holds its files.
 *
 * <p>Arguments: folder, seed of the random numbers, first round, rounds.
 */
public final class TokenizerFuzz {
    private static final int MAX_TOKENS = 4_200;
    private static final int LONG_CHARS = 1_000_000;
    private static final long MOST_NANOS = 10_000_000_000L;
    private static final long MOST_GROWTH_KB = 200 << 10;
    private static final List<String> CLASSES = List.of(
            "PreTrainedTokenizerFast",
            "PreTrainedTokenizerFast",
            "BertTokenizer",
            "XLMRobertaTokenizer",
            "LlamaTokenizer",
            "AlbertTokenizer",
            "DebertaV2Tokenizer",
            "HerbertTokenizer",
            "PegasusTokenizer",
            "Qwen2Tokenizer");

    private static final List<String> TEXTS = List.of(
            "the cat sat on 1234 mats, did n't it?",
            " \t\n\u3000 x  the\r\n\r\n  xx ",
            "e\u0301\u0301\uFDFA\u4e2d\u6587\u0e33 \u0130\ufb01 [CLS] [SEP] cat dog [MASK]<s></s>",
            "\uD83D\uDC69\u200D\uD83D\uDC69\u200D\uD83D\uDC67\u0000\u0001\uFFFD",
            "x".repeat(3_000),
            " ".repeat(3_000),
            "[SEP] ".repeat(500));

    private static final List<String> LONG = List.of(
            repeat("the cat sat on the mat. "),
            repeat(" "),
            repeat("x"),
            repeat("\u4e2d"),
            repeat("\n"),
            repeat("[SEP]"),
            repeat("!x1\u0301 "));

    private TokenizerFuzz() {}

    /** Ends with 0 if each was opened or refused, soon and in little memory. */
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        long seed = Long.parseLong(arguments[1]);
        int first = Integer.parseInt(arguments[2]);
        int rounds = Integer.parseInt(arguments[3]);
        TorchRuntime.start(EmbedOptions.defaults());
        List<String> tokenizers = SampleTokenizers.all();
        String bundled =
                Files.readString(ModelReference.open(EmbedOptions.defaults()).tokenizerFile());
        List<ModelFolder> models = CLASSES.stream()
                .distinct()
                .map(name -> model(folder.resolve(name), name))
                .toList();
        AtomicLong started = new AtomicLong(System.nanoTime());
        watch(started);
        int opened = 0;
        for (int round = first; round < first + rounds; round++) {
            Random random = new Random(seed * 1_000_003 + round);
            String json = tokenizer(tokenizers, bundled, random);
            String name = CLASSES.get(random.nextInt(CLASSES.size()));
            ModelFolder model = models.get(CLASSES.stream().distinct().toList().indexOf(name));
            Files.write(model.tokenizerFile(), json.getBytes(StandardCharsets.UTF_8));
            System.out.printf("round %d %s%n", round, name);
            Files.writeString(Path.of("/proc/self/clear_refs"), "5");
            long before = kilobytes("VmRSS:");
            started.set(System.nanoTime());
            long cpuBefore = cpuNanos();
            boolean opens = opens(model, opened);
            long nanos = cpuNanos() - cpuBefore;
            long growth = kilobytes("VmHWM:") - before;
            opened += opens ? 1 : 0;
            if (nanos > MOST_NANOS || growth > MOST_GROWTH_KB) {
                Path kept = folder.resolve("round-%d.json".formatted(round));
                Files.write(kept, json.getBytes(StandardCharsets.UTF_8));
                System.out.printf("TOO MUCH: %d ms, %d KB: %s%n", nanos / 1_000_000, growth, kept);
            }
        }
        System.out.printf("opened %d of %d%n", opened, rounds);
        System.exit(0);
    }

    /** One of many mutated, one that was never together as it is, or both. */
    private static String tokenizer(List<String> tokenizers, String bundled, Random random) {
        // Its thirty thousand words take a hundred times as long.
        if (random.nextInt(200) == 0) {
            return TokenizerMutation.of(bundled, random);
        }
        return switch (random.nextInt(4)) {
            case 0 -> SampleTokenizers.composed(random);
            case 1 -> TokenizerMutation.of(SampleTokenizers.composed(random), random);
            default -> TokenizerMutation.of(tokenizers.get(random.nextInt(tokenizers.size())), random);
        };
    }

    private static ModelFolder model(Path folder, String tokenizerClass) {
        ModelFolderBuilder.in(folder)
                .set("tokenizer_config.json", "tokenizer_class", "\"%s\"".formatted(tokenizerClass))
                .set("config.json", "vocab_size", "100000")
                .tensor("embeddings.word_embeddings.weight", 100_000L, 8L)
                .write();
        return ModelReference.open(folder.toString(), folder);
    }

    private static boolean opens(ModelFolder model, int opened) {
        try (TextTokenizer tokenizer = TextTokenizer.open(model, MAX_TOKENS)) {
            tokenizer.tokenize(TEXTS);
            if (opened % 40 == 39) {
                tokenizer.tokenize(List.of(LONG.get(opened / 40 % LONG.size())));
            }
            return true;
        } catch (EmbarkException e) {
            if (e.code() != ErrorCode.TOKENIZER_INVALID && e.code() != ErrorCode.OPTION_INVALID) {
                throw e;
            }
            if (e.getMessage().lines().count() != 3) {
                throw new IllegalStateException("not three lines", e);
            }
            return false;
        }
    }

    /** Ends what never comes back. */
    private static void watch(AtomicLong started) {
        Thread watch = new Thread(() -> {
            while (true) {
                try {
                    Thread.sleep(1_000);
                } catch (InterruptedException e) {
                    return;
                }
                if (System.nanoTime() - started.get() > 12 * MOST_NANOS) {
                    System.out.println("STUCK");
                    Runtime.getRuntime().halt(3);
                }
            }
        });
        watch.setDaemon(true);
        watch.start();
    }

    /** Of all threads, however busy the machine is with other things. */
    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static long kilobytes(String field) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"), StandardCharsets.UTF_8)) {
            if (line.startsWith(field)) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        throw new IllegalStateException(field);
    }

    private static String repeat(String text) {
        return text.repeat(LONG_CHARS / text.length());
    }
}
