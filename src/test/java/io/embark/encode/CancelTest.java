/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.model.ModelFolder;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.ModelReference;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Forward passes that do not happen, because nobody wants their vectors any more or one of the texts is refused. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CancelTest {
    /** So many forward passes may begin; who ends gives no permit back. */
    private static final class Passes extends Semaphore {
        private static final long serialVersionUID = 1L;

        Passes(int permits) {
            super(permits);
        }

        @Override
        public void release() {}
    }

    @TempDir
    Path folder;

    @Test
    void noBatchBeginsAfterThoseThatTheThreadsHaveInHand() {
        ModelFolder model = writeModel();
        EmbedOptions options = EmbedOptions.parse(Map.of("batch-tokens", "16", "threads", "1"));
        List<String> texts =
                IntStream.range(0, 300).mapToObj("cat %d"::formatted).toList();
        Passes passes = new Passes(3);
        try (LoadedModel limited = LoadedModel.open(model, options, OptionalInt.empty(), passes)) {
            Embedder embedder = Embedder.on(limited, options);
            assertThatThrownBy(() -> embedder.pool(texts, passes::hasQueuedThreads))
                    .isInstanceOf(CancellationException.class)
                    .hasMessage("embedding was cancelled");
            assertThat(embedder.counts()).isEqualTo(EmbedCounts.NONE);

            // One for the batch in hand, one for the next caller's: none is left for the batches that were dropped.
            passes.release(2);
            assertThat(embedder.embed(List.of("cat"))).hasDimensions(1, 8);
            assertThat(passes.availablePermits()).isZero();
        }
    }

    @Test
    void aRefusedTextCostsNoPass() {
        ModelFolder model = writeModel();
        EmbedOptions options = EmbedOptions.parse(Map.of("long-text", "fail", "threads", "1"));
        try (LoadedModel unable = LoadedModel.open(model, options, OptionalInt.empty(), new Passes(0))) {
            assertThatThrownBy(() -> Embedder.on(unable, options).embed(List.of("cat", "a b c d ".repeat(9))))
                    .isInstanceOf(EmbarkException.class)
                    .hasMessageStartingWith("text 'a b c d a b c d a b c d a b c d a b c d ...': too long");
        }
    }

    private ModelFolder writeModel() {
        Path model = ModelFolderBuilder.in(folder.resolve("tiny")).write();
        return ModelReference.open(model.toString(), folder.resolve("cache"));
    }

    @Test
    void whoCancelsBeforeTheFirstBatchGetsNone() {
        Embedder embedder = SharedModel.embedder(EmbedOptions.defaults());

        assertThatThrownBy(() -> embedder.pool(List.of("a text"), () -> true))
                .isInstanceOf(CancellationException.class)
                .hasMessage("embedding was cancelled");
    }
}
