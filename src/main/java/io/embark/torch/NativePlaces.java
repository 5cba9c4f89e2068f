/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import io.embark.base.Digests;
import io.embark.base.Shown;
import io.embark.host.CacheDirectory;
import io.embark.host.FinishedFolder;
import io.embark.host.ProcessLocks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folders of a cache that native libraries may be loaded from: nobody but root and the user can change what is there. One
 * that has everything is only read, whoever filled it. Else the first that can be written is filled.
 */
final class NativePlaces {
    private static final Logger LOG = LoggerFactory.getLogger(NativePlaces.class);
    private static final int KEY_LENGTH = 12;

    private final CacheDirectory cache;

    NativePlaces(CacheDirectory cache) {
        this.cache = cache;
    }

    /**
     * The folder with these files, verified.
     *
     * @param set what they are, for people; the files themselves are in the name of their folder too
     * @throws io.embark.EmbarkException {@link io.embark.ErrorCode#NATIVES_UNAVAILABLE} if there is no place for them
     */
    Path provide(String set, List<NativeFile> files) throws IOException {
        String name = "%s-%s".formatted(set, key(files));
        NativeFolder ready = new NativeFolder(cache.natives().resolve(name), files);
        Optional<String> why = ready.exists() ? ready.wrong() : Optional.empty();
        if (ready.exists() && why.isEmpty()) {
            return executable(ready.path().toRealPath(), files);
        }

        cache.create();
        String refusal = null;
        for (Path place : cache.nativesToUnpack()) {
            try {
                cache.createNatives(place);
                Optional<String> stranger = CacheDirectory.stranger(place.toRealPath());
                if (stranger.isEmpty()) {
                    return executable(unpack(place.toRealPath(), name, files, why), files);
                }
                refusal = refusal == null ? stranger.get() : refusal;
            } catch (ZipException e) {
                throw TorchErrors.jarIsUnreadable(e);
            } catch (IOException e) {
                if (!cache.isOfOthersToo()) {
                    throw cache.notWritable(e);
                }
                refusal = refusal == null ? Shown.value(e) : refusal;
            }
        }
        throw TorchErrors.noPlaceForNatives(cache, refusal);
    }

    /** One process unpacks, and the others wait. */
    private static Path unpack(Path place, String name, List<NativeFile> files, Optional<String> why)
            throws IOException {
        NativeFolder folder = new NativeFolder(place.resolve(name), files);
        if (folder.exists() && folder.wrong().isEmpty()) {
            return folder.path();
        }
        try {
            ProcessLocks.exclusively(place.resolve(".lock"), () -> {
                try {
                    Optional<String> wrong = folder.exists() ? folder.wrong() : why;
                    if (!folder.exists() || wrong.isPresent()) {
                        removeUnfinished(place);
                        folder.unpack(place.resolve(VerifiedFiles.UNFINISHED + UUID.randomUUID()));
                        report(folder.path(), wrong);
                    }
                    return null;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return folder.path();
    }

    private static void report(Path folder, Optional<String> why) {
        why.ifPresentOrElse(
                wrong -> LOG.warn(
                        "Native libraries cannot be loaded as they were found: {}. Unpacked them into {}",
                        wrong,
                        folder),
                () -> LOG.info("Unpacked native libraries into {}", folder));
    }

    /** Left by processes that were killed: whoever else unpacks here has the lock. */
    private static void removeUnfinished(Path place) throws IOException {
        try (Stream<Path> entries = Files.list(place)) {
            entries.filter(entry -> entry.getFileName().toString().startsWith(VerifiedFiles.UNFINISHED))
                    .forEach(FinishedFolder::deleteQuietly);
        }
    }

    /** What DJL began to unpack into this cache, before Embark did so itself, and did not finish. */
    void removeRemainsOfDjl() {
        for (String engine : List.of("pytorch", "tokenizers")) {
            Path folder = cache.path().resolve(engine);
            if (!Files.isDirectory(folder)) {
                continue;
            }
            try (Stream<Path> entries = Files.list(folder)) {
                List<Path> remains = entries.filter(
                                entry -> entry.getFileName().toString().startsWith("tmp"))
                        .toList();
                if (!remains.isEmpty()) {
                    // Whoever unpacked by DJL had this lock.
                    ProcessLocks.ifUnheld(
                            cache.path().resolve(".lock"), () -> remains.forEach(FinishedFolder::deleteQuietly));
                }
            } catch (IOException e) {
                // Left-overs cost space only.
            }
        }
    }

    private static Path executable(Path folder, List<NativeFile> files) {
        CacheDirectory.requireExecutable(folder.resolve(files.get(0).name()));
        return folder;
    }

    /** Names exactly these files, by what their jar says of them. */
    private static String key(List<NativeFile> files) {
        MessageDigest digest = Digests.sha256();
        for (NativeFile file : files) {
            String line = String.format(Locale.ROOT, "%s %d %d\n", file.name(), file.bytes(), file.crc());
            digest.update(line.getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(digest.digest()).substring(0, KEY_LENGTH);
    }
}
