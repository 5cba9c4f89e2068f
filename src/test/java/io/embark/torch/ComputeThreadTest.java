/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.embark.EmbedOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ComputeThreadTest {
    /** Linux keeps 15 letters; a thread that libtorch starts is called like the one that started it. */
    private static final String NAME = "embark-alone";

    @Test
    void aComputeThreadSharesItsWorkWithNoOther() {
        TorchRuntime.start(EmbedOptions.defaults());
        CompletableFuture<Long> threads = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    TorchRuntime.enterComputeThread();
                    multiply();
                    threads.complete(namesakes());
                },
                NAME);
        thread.setUncaughtExceptionHandler((failed, thrown) -> threads.completeExceptionally(thrown));
        thread.start();

        assertThat(threads.join()).isEqualTo(1);
    }

    private static void multiply() {
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                NDArray matrix = manager.randomNormal(new Shape(512, 512));
                NDArray product = matrix.matMul(matrix)) {
            assertThat(product.getShape()).isEqualTo(new Shape(512, 512));
        }
    }

    private static long namesakes() {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            return tasks.filter(task -> NAME.equals(name(task))).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(Path task) {
        try {
            return Files.readString(task.resolve("comm")).strip();
        } catch (NoSuchFileException e) {
            return "ended meanwhile";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
