/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.model.weights.Weights;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The folders of every family with one value of a configuration or a header changed, ten thousand times: each is read, or
 * refused in three lines, and neither takes memory that the files do not have.
 */
@Timeout(300)
class MutatedFixturesTest {
    private static final int ROUNDS = 10_000;

    /** All that is allocated on the way, garbage too. Whole folders need up to 0.7 MB; the rest is for lists of tensors in the 1,000 layers that a configuration may claim. */
    private static final long MAX_ALLOCATED = 8L << 20;

    private static final Set<ErrorCode> REFUSALS = Set.of(ErrorCode.MODEL_INVALID, ErrorCode.MODEL_UNSUPPORTED);

    /** Read by other rooms, or run. */
    private static final Set<String> LEFT_ALONE = Set.of("tokenizer.json", "golden.json", "model.pt");

    @TempDir
    Path temporary;

    @Test
    void readsOrRefusesEveryMutation() throws Exception {
        List<Path> folders = copies();
        // The first reader of each kind loads its classes, which counts as well.
        folders.forEach(folder -> ModelReference.open(options(folder)));
        Random random = new Random(5);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Path folder = folders.get(round % folders.size());
            List<Path> files = mutable(folder);
            Path file = files.get(random.nextInt(files.size()));
            byte[] whole = Files.readAllBytes(file);
            Files.write(
                    file,
                    file.toString().endsWith(".json")
                            ? JsonMutation.of(new String(whole, StandardCharsets.UTF_8), random)
                                    .getBytes(StandardCharsets.UTF_8)
                            : mutatedWeights(whole, random));
            refused += opens(folder, "round %d: %s".formatted(round, file)) ? 0 : 1;
            Files.write(file, whole);
        }
        assertThat(refused).isBetween(ROUNDS / 5, ROUNDS * 19 / 20);
        assertThat(folders).allSatisfy(folder -> assertThat(opens(folder, folder.toString()))
                .isTrue());
    }

    private static boolean opens(Path folder, String what) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        EmbedOptions options = options(folder);
        long before = threads.getCurrentThreadAllocatedBytes();
        try (Weights weights = ModelReference.open(options).openWeights()) {
            // A program brings its own.
            if (!folder.endsWith("program")) {
                assertThat(weights.tensors()).as(what).isNotEmpty();
            }
            return true;
        } catch (EmbarkException e) {
            assertThat(e.getMessage().lines()).as(what).hasSize(3);
            assertThat(REFUSALS).as(what).contains(e.code());
            return false;
        } catch (RuntimeException e) {
            throw new AssertionError(what, e);
        } finally {
            assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                    .as(what)
                    .isLessThan(MAX_ALLOCATED);
        }
    }

    private static EmbedOptions options(Path folder) {
        return EmbedOptions.defaults()
                .with(EmbedOptions.MODEL, folder.toString())
                .with(EmbedOptions.TRUST_MODEL_CODE, true);
    }

    /** The header's length, its JSON, or where the file ends. */
    private static byte[] mutatedWeights(byte[] whole, Random random) {
        ByteBuffer file = ByteBuffer.wrap(whole.clone()).order(ByteOrder.LITTLE_ENDIAN);
        int header = (int) file.getLong(0);
        return switch (random.nextInt(6)) {
            case 0 -> {
                long[] lengths = {header - 1, header + 1, 0, -1, 2L << 30, Long.MAX_VALUE, random.nextLong()};
                yield file.putLong(0, lengths[random.nextInt(lengths.length)]).array();
            }
            case 1 -> Arrays.copyOf(whole, random.nextInt(whole.length));
            default -> {
                byte[] json = JsonMutation.of(new String(whole, 8, header, StandardCharsets.UTF_8), random)
                        .getBytes(StandardCharsets.UTF_8);
                yield ByteBuffer.allocate(8 + json.length + whole.length - 8 - header)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(json.length)
                        .put(json)
                        .put(whole, 8 + header, whole.length - 8 - header)
                        .array();
            }
        };
    }

    private static List<Path> mutable(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !LEFT_ALONE.contains(file.getFileName().toString()))
                    .sorted()
                    .toList();
        }
    }

    /** A copy of each fixture, and one folder in shards. */
    private List<Path> copies() throws IOException, URISyntaxException {
        Path families = Path.of(
                MutatedFixturesTest.class.getResource("/io/embark/families").toURI());
        List<Path> copies = new ArrayList<>();
        copies.add(ModelFolderBuilder.in(temporary.resolve("shards"))
                .format(ModelFolderBuilder.Format.SHARDED_SAFETENSORS)
                .write());
        try (Stream<Path> folders = Files.list(families)) {
            for (Path folder : folders.filter(Files::isDirectory).sorted().toList()) {
                Path copy = temporary.resolve(folder.getFileName().toString());
                try (Stream<Path> files = Files.walk(folder)) {
                    for (Path file : files.toList()) {
                        if (!file.endsWith("golden.safetensors")) {
                            Files.copy(
                                    file, copy.resolve(folder.relativize(file).toString()));
                        }
                    }
                }
                copies.add(copy);
            }
        }
        return copies;
    }
}
