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
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        new CacheDirectory(folder).create();
        try (var entries = Files.list(folder)) {
            assertThat(entries).isEmpty();
        }
    }

    @Test
    void refusesAFileInItsPlace() throws IOException {
        Path file = Files.writeString(temporary.resolve("file"), "");
        assertRefused(
                () -> new CacheDirectory(file).create(),
                ErrorCode.NATIVES_UNAVAILABLE,
                "cache directory %s: cannot be written".formatted(file),
                "The system says: java.nio.file.FileAlreadyExistsException: %s.".formatted(file),
                REMEDY);
    }

    /** A terminal would do what they say. */
    @Test
    void showsControlCharactersOfAPathAsJavaWritesThem() throws IOException {
        Path file = Files.writeString(temporary.resolve("a\u001bb"), "");
        String shown = temporary.resolve("a\\u001bb").toString();
        assertRefused(
                () -> new CacheDirectory(file).create(),
                ErrorCode.NATIVES_UNAVAILABLE,
                "cache directory %s: cannot be written".formatted(shown),
                "The system says: java.nio.file.FileAlreadyExistsException: %s.".formatted(shown),
                REMEDY);
    }

    @Test
    void refusesAFileSystemFromWhichNothingMayBeExecuted() throws IOException {
        Optional<Path> mount = writableNoexecMount();
        assumeThat(mount).as("a writable file system mounted noexec").isPresent();
        Path folder = Files.createDirectory(mount.orElseThrow().resolve("embark-" + UUID.randomUUID()));
        Path library = Files.createFile(
                folder.resolve("library"), CacheDirectory.permissions(folder.resolve("library"), "rwxr-xr-x"));
        try {
            assertRefused(
                    () -> CacheDirectory.requireExecutable(library),
                    ErrorCode.NATIVES_UNAVAILABLE,
                    "cache directory %s: nothing may be executed from it".formatted(folder),
                    "Native libraries are loaded from there, and its file system is mounted noexec.",
                    REMEDY);
        } finally {
            Files.deleteIfExists(library);
            Files.deleteIfExists(folder);
        }
    }

    @Test
    void keepsNativeLibrariesOfEachUserApartWhereManyWrite() throws IOException {
        CacheDirectory cache = new CacheDirectory(temporary);
        Path own = temporary.resolve("natives-" + Files.getAttribute(temporary, "unix:uid"));
        assertThat(cache.nativesToUnpack()).startsWith(temporary.resolve("natives"));
        Files.setAttribute(temporary, "unix:mode", 01777);
        assertThat(cache.nativesToUnpack()).startsWith(own);

        cache.createNatives(own);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own)))
                .isEqualTo("rwx------");
        assertThat(CacheDirectory.stranger(own.toRealPath())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0775, can be written by a group",
        "0757, can be written by everybody",
        "01777, can be written by everybody"
    })
    void knowsWhoElseCanWriteIntoAFolder(String mode, String words) throws IOException {
        Path folder = Files.createDirectory(temporary.resolve("folder"));
        assertThat(CacheDirectory.stranger(folder.toRealPath())).isEmpty();
        giveToAnotherGroup(folder);
        Files.setAttribute(folder, "unix:mode", Integer.parseInt(mode, 8));
        assertThat(CacheDirectory.stranger(folder.toRealPath()))
                .contains("%s %s".formatted(folder.toRealPath(), words));
        assertThat(CacheDirectory.isOurs(folder)).isFalse();
    }

    @Test
    void knowsWhoElseCanRenameAFolder() throws IOException {
        Path folder = Files.createDirectories(temporary.resolve("above/folder"));
        Files.setAttribute(temporary.resolve("above"), "unix:mode", 01777);
        assertThat(CacheDirectory.stranger(folder.toRealPath())).as("sticky").isEmpty();
        Files.setAttribute(temporary.resolve("above"), "unix:mode", 0777);
        assertThat(CacheDirectory.stranger(folder.toRealPath()))
                .contains("%s can be written by everybody"
                        .formatted(temporary.resolve("above").toRealPath()));
    }

    @Test
    void takesNoLinkForItsTarget() throws IOException {
        Path file = Files.writeString(temporary.resolve("file"), "");
        assertThat(CacheDirectory.isOurs(file)).isTrue();
        assertThat(CacheDirectory.isOurs(Files.createSymbolicLink(temporary.resolve("link"), file)))
                .isFalse();
    }

    /** Only root can give a file away. */
    @Test
    void trustsNobodyElse() throws IOException {
        Path folder = Files.createDirectory(temporary.resolve("folder"));
        assumeThat(giveAway(folder)).as("this user can give files away").isTrue();
        assertThat(CacheDirectory.stranger(folder.toRealPath()))
                .contains("%s belongs to user 65534, and this is user 0".formatted(folder.toRealPath()));
    }

    @Test
    void makesFoldersAsOpenAsTheCacheIs() throws IOException {
        Path cache = Files.createDirectory(temporary.resolve("cache"));
        CacheDirectory.createFolders(cache, cache.resolve("a/b"));
        assertThat(mode(cache.resolve("a/b")) & 0022).isZero();
        Files.setAttribute(cache, "unix:mode", 01777);
        CacheDirectory.createFolders(cache, cache.resolve("c/d"));
        assertThat(mode(cache.resolve("c"))).isEqualTo(01777);
        assertThat(mode(cache.resolve("c/d"))).isEqualTo(01777);
        assertThat(ProcessLocks.<Integer>exclusively(cache.resolve("c/d/lock"), () -> 1))
                .isEqualTo(1);
        assertThat(mode(cache.resolve("c/d/lock"))).isEqualTo(0666);
    }

    @Test
    void letsOneThreadIntoTheFolderAtATime() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Boolean>> alone = IntStream.range(0, 40)
                    .mapToObj(i -> threads.submit(() -> ProcessLocks.exclusively(temporary.resolve("lock"), () -> {
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

    private static int mode(Path path) throws IOException {
        return (int) Files.getAttribute(path, "unix:mode") & 07777;
    }

    /** Where this user is root; others' groups are seldom of another name than they themselves. */
    private static void giveToAnotherGroup(Path folder) throws IOException {
        try {
            Files.setAttribute(folder, "unix:gid", 65534);
        } catch (FileSystemException e) {
            String user = Files.getOwner(folder).getName();
            assumeThat(Files.readAttributes(folder, PosixFileAttributes.class)
                            .group()
                            .getName())
                    .as("the group of this user is not his own")
                    .isNotEqualTo(user);
        }
    }

    private static boolean giveAway(Path folder) throws IOException {
        try {
            Files.setAttribute(folder, "unix:uid", 65534);
            return true;
        } catch (FileSystemException e) {
            return false;
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
