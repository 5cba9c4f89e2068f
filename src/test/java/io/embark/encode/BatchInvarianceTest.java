/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.EmbedOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A text's vector depends on the text alone. */
class BatchInvarianceTest {
    private static final int THREADS = 8;

    private static List<String> texts;
    private static float[][] alone;

    @BeforeAll
    static void embedEachTextAlone() {
        texts = MixedLengths.texts(160, 230, 4);
        Embedder embedder = SharedModel.embedder(EmbedOptions.defaults());
        alone = texts.stream().map(text -> embedder.embed(List.of(text))[0]).toArray(float[][]::new);
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 100, 1024, 16_384})
    void givesTheSameVectorInAnyOrderUnderAnyBudget(int batchTokens) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            order.add(i);
        }
        Collections.shuffle(order, new Random(batchTokens));
        Embedder embedder = SharedModel.embedder(EmbedOptions.defaults().with(EmbedOptions.BATCH_TOKENS, batchTokens));
        float[][] vectors = embedder.embed(order.stream().map(texts::get).toList());
        for (int i = 0; i < order.size(); i++) {
            assertSameAsAlone(order.get(i), vectors[i]);
        }
    }

    @Test
    void givesTheSameVectorAmongAnyNeighbours() {
        Embedder embedder = SharedModel.embedder(EmbedOptions.defaults().with(EmbedOptions.WINDOW, 7));
        float[][] vectors = embedder.embed(texts.subList(0, 100));
        for (int i = 0; i < vectors.length; i++) {
            assertSameAsAlone(i, vectors[i]);
        }
    }

    @Test
    void givesEightThreadsTheVectorsOfOne() throws Exception {
        Embedder embedder = SharedModel.embedder(EmbedOptions.defaults().with(EmbedOptions.BATCH_TOKENS, 256));
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<float[][]>> results = threads.invokeAll(
                    Collections.nCopies(THREADS, (Callable<float[][]>) () -> embedder.embed(texts.subList(0, 40))));
            for (Future<float[][]> result : results) {
                for (int i = 0; i < 40; i++) {
                    assertSameAsAlone(i, result.get()[i]);
                }
            }
            assertThat(embedder.counts().get(Count.TEXTS)).isEqualTo(THREADS * 40L);
            assertThat(embedder.counts().get(Count.DISTINCT)).isEqualTo(THREADS * 40L);
        } finally {
            threads.shutdownNow();
        }
    }

    private static void assertSameAsAlone(int text, float[] vector) {
        assertThat(vector).as("text %d", text).containsExactly(alone[text]);
    }
}
