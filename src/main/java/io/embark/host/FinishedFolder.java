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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Puts folders in their place at once, so that nobody ever sees half of one.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class FinishedFolder {
    private static final String LOCK = ".lock";

    /** The locks of folders that this process fills now: to open one again would end it. */
    private static final Set<Path> FILLING = ConcurrentHashMap.newKeySet();

    private FinishedFolder() {}

    /** What fills a folder. */
    @FunctionalInterface
    public interface Filling<T> {
        T run() throws IOException;
    }

    /**
     * Fills a folder that is to be renamed, and deletes what is left of it. Where the process is killed meanwhile, the next one
     * that fills a folder beside it does so.
     *
     * @param own of a name that begins with a dot and nobody else uses; made by this
     */
    public static <T> T fill(Path own, Filling<T> filling) throws IOException {
        removeAbandoned(own.getParent());
        Path lock = own.resolveSibling(own.getFileName() + LOCK);
        FILLING.add(lock);
        try {
            return ProcessLocks.exclusively(lock, () -> {
                try {
                    deleteQuietly(own);
                    Files.createDirectory(own);
                    return filling.run();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            deleteQuietly(own);
            deleteQuietly(lock);
            FILLING.remove(lock);
        }
    }

    private static void removeAbandoned(Path parent) {
        try (Stream<Path> entries = Files.list(parent)) {
            for (Path lock : entries.filter(FinishedFolder::isLock).toList()) {
                String name = lock.getFileName().toString();
                Path own = lock.resolveSibling(name.substring(0, name.length() - LOCK.length()));
                ProcessLocks.ifUnheld(lock, () -> {
                    deleteQuietly(own);
                    deleteQuietly(lock);
                });
            }
        } catch (IOException e) {
            // Left-overs cost space only, and may be another user's.
        }
    }

    private static boolean isLock(Path entry) {
        String name = entry.getFileName().toString();
        return name.startsWith(".") && name.endsWith(LOCK) && name.length() > LOCK.length() && !FILLING.contains(entry);
    }

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
