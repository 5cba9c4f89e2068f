/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import io.embark.EmbedOptions;
import io.embark.benchmark.Glosses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Embeds texts in one batch, once with memory enough and once with so little more than the process has that the batch does not fit,
 * and says whether the vectors have the same bits.
 */
final class EmbedInLittleMemory {
    static final String SAME = "the same bits";

    /** {@code RLIMIT_AS} of Linux. */
    private static final int ADDRESS_SPACE = 9;

    private static final long MEGABYTES = 1 << 20;

    private EmbedInLittleMemory() {}

    public static void main(String[] megabytesMore) throws IOException {
        EmbedOptions options = EmbedOptions.defaults().with(EmbedOptions.THREADS, 1);
        EmbedOptions large = options.with(EmbedOptions.BATCH_TOKENS, 1_048_576);
        List<String> texts = Glosses.first(4_000);
        try (LoadedModel model = LoadedModel.open(options)) {
            float[][] expected = Embedder.on(model, options).embed(texts);
            limit(addressSpace() + Long.parseLong(megabytesMore[0]) * MEGABYTES);
            float[][] vectors = Embedder.on(model, large).embed(texts);
            System.out.println(Arrays.deepEquals(vectors, expected) ? SAME : "other bits");
        }
    }

    private static long addressSpace() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmSize:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }

    private static void limit(long bytes) {
        Memory limits = new Memory(2 * Long.BYTES);
        limits.setLong(0, bytes);
        limits.setLong(Long.BYTES, bytes);
        if (Function.getFunction("c", "setrlimit").invokeInt(new Object[] {ADDRESS_SPACE, limits}) != 0) {
            throw new IllegalStateException("the limit cannot be set");
        }
    }
}
