/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.host;

import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Supplier;

/**
 * The folder on this host into which native libraries and the bundled model are unpacked, shared by all processes.
 * Immutable and thread-safe.
 *
 * @param path the folder, absolute; not necessarily there yet
 * @hidden Public for Embark's other rooms only.
 */
public record CacheDirectory(Path path) {
    /** The environment variable that names the folder where {@link EmbedOptions#CACHE_DIR} does not. */
    public static final String VARIABLE = HostErrors.CACHE_VARIABLE;

    /**
     * The folder that the options, else the environment, else the user's home say.
     *
     * @throws io.embark.EmbarkException {@link ErrorCode#OPTION_INVALID} if it is not a path
     */
    public static CacheDirectory of(EmbedOptions options) {
        String chosen = options.get(EmbedOptions.CACHE_DIR);
        if (chosen == null || chosen.isBlank()) {
            chosen = System.getenv(VARIABLE);
        }
        if (chosen != null && !chosen.isBlank()) {
            return new CacheDirectory(path(chosen).toAbsolutePath().normalize());
        }

        // Service users, such as the one of Spark's own container image, have no home.
        Path home = Path.of(System.getProperty("user.home", "?"));
        Path parent = Files.isWritable(home) ? home.resolve(".cache") : Path.of(System.getProperty("java.io.tmpdir"));
        return new CacheDirectory(parent.resolve("embark").toAbsolutePath());
    }

    /**
     * Makes sure that native libraries can be unpacked here and loaded from here.
     *
     * @throws io.embark.EmbarkException {@link ErrorCode#NATIVES_UNAVAILABLE} if the folder cannot be made or written, or
     *     lies on a file system from which nothing may be executed
     */
    public void requireExecutable() {
        Path probe = null;
        try {
            Files.createDirectories(path);
            probe = Files.createTempFile(
                    path,
                    "probe",
                    ".so",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            if (!Files.isExecutable(probe)) {
                throw HostErrors.nothingIsExecuted(path);
            }
        } catch (IOException e) {
            throw HostErrors.cacheIsNotWritable(path, e);
        } finally {
            if (probe != null) {
                FinishedFolder.deleteQuietly(probe);
            }
        }
    }

    /**
     * Does something while no other process does so in this folder.
     *
     * @throws io.embark.EmbarkException {@link ErrorCode#NATIVES_UNAVAILABLE} if the lock file cannot be written
     */
    public <T> T locked(Supplier<T> action) {
        try {
            return ProcessLocks.exclusively(path.resolve(".lock"), action);
        } catch (IOException e) {
            throw HostErrors.cacheIsNotWritable(path, e);
        }
    }

    private static Path path(String chosen) {
        try {
            return Path.of(chosen);
        } catch (InvalidPathException e) {
            throw HostErrors.cacheIsNoPath(chosen, e);
        }
    }
}
