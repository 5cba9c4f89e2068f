/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.host;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheDirectoryTest {
    private static final String REMEDY =
            "Set option cache-dir, or EMBARK_CACHE_DIR, to a writable folder on a file system not mounted noexec.";

    @TempDir
    Path temporary;

    @Test
    void isTheFolderThatTheOptionNames() {
        assertThat(of("/a/./b/../cache").path()).isEqualTo(Path.of("/a/cache"));
        assertThat(of("cache").path()).isEqualTo(Path.of("cache").toAbsolutePath());
    }

    @Test
    void isNeverTheWorkingDirectoryByDefault() {
        CacheDirectory byDefault = CacheDirectory.of(EmbedOptions.defaults());
        assertThat(byDefault.path()).isAbsolute();
        assertThat(of(" ")).isEqualTo(byDefault);
    }

    @Test
    void refusesANameThatIsNoPath() {
        assertRefused(
                () -> of("a\u0000b"),
                ErrorCode.OPTION_INVALID,
                "option cache-dir: 'a\\u0000b' is not a path",
                "The system says: Nul character not allowed: a\\u0000b.",
                REMEDY);
    }

    @Test
    void makesTheFolderAndLeavesNothingInIt() throws IOException {
        Path folder = temporary.resolve("a/b");
        new CacheDirectory(folder).requireExecutable();
        try (var entries = Files.list(folder)) {
            assertThat(entries).isEmpty();
        }
    }

    @Test
    void refusesAFileInItsPlace() throws IOException {
        Path file = Files.writeString(temporary.resolve("file"), "");
        assertRefused(
                () -> new CacheDirectory(file).requireExecutable(),
                ErrorCode.NATIVES_UNAVAILABLE,
                "cache directory %s: cannot be written".formatted(file),
                "The system says: java.nio.file.FileAlreadyExistsException: %s.".formatted(file),
                REMEDY);
    }

    /** A terminal would do what they say. */
    @Test
    void showsControlCharactersOfAPathAsJavaWritesThem() {
        Path missing = temporary.resolve("a\u001bb");
        String shown = temporary.resolve("a\\u001bb").toString();
        assertRefused(
                () -> new CacheDirectory(missing).locked(() -> 1),
                ErrorCode.NATIVES_UNAVAILABLE,
                "cache directory %s: cannot be written".formatted(shown),
                "The system says: java.nio.file.NoSuchFileException: %s/.lock.".formatted(shown),
                REMEDY);
    }

    @Test
    void refusesAFolderThatIsNotThereToBeLocked() {
        Path missing = temporary.resolve("missing");
        assertRefused(
                () -> new CacheDirectory(missing).locked(() -> 1),
                ErrorCode.NATIVES_UNAVAILABLE,
                "cache directory %s: cannot be written".formatted(missing),
                "The system says: java.nio.file.NoSuchFileException: %s/.lock.".formatted(missing),
                REMEDY);
    }

    @Test
    void refusesAFileSystemFromWhichNothingMayBeExecuted() throws IOException {
        Optional<Path> mount = writableNoexecMount();
        assumeThat(mount).as("a writable file system mounted noexec").isPresent();
        Path folder = mount.orElseThrow().resolve("embark-" + UUID.randomUUID());
        try {
            assertRefused(
                    () -> new CacheDirectory(folder).requireExecutable(),
                    ErrorCode.NATIVES_UNAVAILABLE,
                    "cache directory %s: nothing may be executed from it".formatted(folder),
                    "Native libraries are loaded from there, and its file system is mounted noexec.",
                    REMEDY);
        } finally {
            Files.deleteIfExists(folder);
        }
    }

    @Test
    void letsOneThreadIntoTheFolderAtATime() throws Exception {
        CacheDirectory cache = new CacheDirectory(temporary);
        AtomicInteger inside = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Boolean>> alone = IntStream.range(0, 40)
                    .mapToObj(i -> threads.submit(() -> cache.locked(() -> {
                        boolean first = inside.incrementAndGet() == 1;
                        return inside.decrementAndGet() == 0 && first;
                    })))
                    .toList();
            for (Future<Boolean> one : alone) {
                assertThat(one.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static CacheDirectory of(String option) {
        return CacheDirectory.of(EmbedOptions.defaults().with(EmbedOptions.CACHE_DIR, option));
    }

    private static Optional<Path> writableNoexecMount() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                .map(line -> line.split(" ", 5))
                .filter(fields -> List.of(fields[3].split(",")).containsAll(List.of("rw", "noexec")))
                .map(fields -> Path.of(fields[1]))
                .filter(path -> !path.startsWith("/proc") && !path.startsWith("/sys") && Files.isWritable(path))
                .filter(Files::isDirectory)
                .findFirst();
    }
}
