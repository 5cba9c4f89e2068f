/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Puts folders in their place at once, so that nobody ever sees half of one.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class FinishedFolder {
    private FinishedFolder() {}

    /**
     * Renames a folder. One that is there stays if it is intact, whoever put it there; else it is replaced.
     *
     * @param own beside the place, of a name that nobody else uses; may be left, and is then the caller's to delete
     */
    public static void install(Path own, Path place, Predicate<Path> isIntact) throws IOException {
        Path altered = own.resolveSibling(own.getFileName() + "-altered");
        try {
            if (Files.exists(place) && !isIntact.test(place)) {
                Files.move(place, altered, StandardCopyOption.ATOMIC_MOVE);
            }
            if (!Files.exists(place)) {
                Files.move(own, place, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException e) {
            // Another process may have been faster; then its folder is as good as this one.
            if (!isIntact.test(place)) {
                throw e;
            }
        } finally {
            deleteQuietly(altered);
        }
    }

    /** Deletes a file, or a folder with all that is in it, as far as that can be done. */
    public static void deleteQuietly(Path folder) {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }

        try (Stream<Path> entries = Files.walk(folder)) {
            for (Path entry : entries.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.deleteIfExists(entry);
            }
        } catch (IOException | UncheckedIOException e) {
            // Left-overs cost space only.
        }
    }
}
