/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.weights;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.model.family.TensorNames;
import io.embark.model.family.TensorShape;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files and tensors of more than 2^31 bytes and numbers; what is not written of them takes no disk. */
class LargeFilesTest {
    private static final long ROWS = (1L << 31) + 5;
    private static final long SKIPPED = 1L << 33;

    @TempDir
    Path folder;

    @Test
    void readsWhatLiesBehindTheFirstGigabytesAndTensorsThatAreThatLarge() throws IOException {
        Path file = folder.resolve("model.safetensors");
        String header =
                """
                {"skipped": {"dtype": "F32", "shape": [%s], "data_offsets": [0, %s]},
                 "table": {"dtype": "I8", "shape": [%s, 1], "data_offsets": [%s, %s]},
                 "last": {"dtype": "F32", "shape": [2], "data_offsets": [%s, %s]}}""".formatted(SKIPPED / 4, SKIPPED, ROWS, SKIPPED, SKIPPED + ROWS, SKIPPED + ROWS, SKIPPED + ROWS + 8);
        long start = (long) Long.BYTES + header.length();
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(little(Long.BYTES).putLong(header.length()).array());
            out.write(header.getBytes(StandardCharsets.US_ASCII));
            out.seek(start + SKIPPED + ROWS - 1);
            out.write(7);
            out.write(little(8).putFloat(1.5f).putFloat(-2).array());
        }

        List<TensorShape> needed =
                List.of(new TensorShape(TensorNames.STATIC, List.of(ROWS, 1L)), new TensorShape("last", List.of(2L)));
        TensorSource source = new TensorSource(
                new WeightsFiles.SafetensorsFile(file),
                name -> name.equals("table") ? TensorNames.STATIC : name,
                needed);
        try (Weights weights = FileWeights.open(folder, List.of(source))) {
            weights.read("last", 8, (first, elements, piece) -> {
                assertThat(piece.getFloat()).isEqualTo(1.5f);
                assertThat(piece.getFloat()).isEqualTo(-2);
            });
            AtomicLong sum = new AtomicLong();
            AtomicLong end = new AtomicLong();
            weights.read(TensorNames.STATIC, 16 << 20, (first, elements, piece) -> {
                end.set(first + elements);
                sum.addAndGet(piece.get(elements - 1));
            });
            assertThat(end).hasValue(ROWS);
            assertThat(sum).hasValue(7);
        }
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
