/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.files;

import static java.util.Objects.requireNonNull;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.base.Digests;
import io.embark.host.CacheDirectory;
import io.embark.host.FinishedFolder;
import io.embark.host.ProcessLocks;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Models that lie elsewhere, each copied once for all processes of this host, by its content: the folder of a model is named
 * by its fingerprint. Immutable and thread-safe.
 *
 * <p>One process copies a model and the others wait. Who finds a model complete writes nothing. What another user put here is
 * hashed each time it is opened, and what he says that a reference stands for does not count. A user who cannot write here
 * keeps copies of his own.
 *
 * <p>A folder appears when it is complete. Where there are more bytes than the
 * bound, the models that were opened least recently go, but never one that a living process has opened.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class ModelCache<T> {
    private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{64}");

    /** What was read of a folder. */
    private record Copied<T>(T value, String fingerprint) {}

    private static final int ROOT = 0;

    private final Path root;
    private final Path folders;
    private final Path locks;
    private final Path listings;
    private final long mostBytes;
    private final FolderReader<T> reader;
    private final boolean ofOthersToo;

    /**
     * @param folder created if it is not there
     * @param mostBytes how many bytes of models to keep
     * @param reader opens what was copied
     */
    ModelCache(Path folder, long mostBytes, FolderReader<T> reader) {
        this(folder, folder, mostBytes, reader, false);
    }

    private ModelCache(Path root, Path folder, long mostBytes, FolderReader<T> reader, boolean ofOthersToo) {
        this.root = root.toAbsolutePath().normalize();
        this.ofOthersToo = ofOthersToo;
        this.folders = folder.toAbsolutePath().normalize();
        this.locks = folders.resolve("locks");
        this.listings = folders.resolve("listings");
        this.mostBytes = mostBytes;
        this.reader = reader;
    }

    /** The cache of {@link EmbedOptions#CACHE_DIR}, bounded by {@link EmbedOptions#CACHE_MEGABYTES}. */
    public static <T> ModelCache<T> of(EmbedOptions options, FolderReader<T> reader) {
        CacheDirectory cache = CacheDirectory.of(options);
        return of(cache, options.get(EmbedOptions.CACHE_MEGABYTES) * 1_000_000L, reader, cache.isOfOthersToo());
    }

    private static <T> ModelCache<T> of(
            CacheDirectory cache, long mostBytes, FolderReader<T> reader, boolean ofOthersToo) {
        return new ModelCache<>(cache.path(), cache.path().resolve("remote"), mostBytes, reader, ofOthersToo);
    }

    /**
     * Opens a model. It is copied unless its list of files, with their sizes and times, is one that was copied before.
     *
     * @param reference for errors, and for the model's name
     * @throws EmbarkException {@link ErrorCode#MODEL_NOT_FOUND} if there is no such folder; {@link ErrorCode#MODEL_INVALID} if
     *     it changes meanwhile; {@link ErrorCode#OPTION_INVALID} if the cache cannot be written or is too small; {@link
     *     ErrorCode#RUN_FAILED} if a file cannot be read; and as the reader does
     */
    public T open(String reference, RemoteFiles files, DownloadProgress progress) {
        List<RemoteFile> listing = list(reference, files);
        String key = key(reference, listing);
        try {
            Optional<T> ready = find(reference, listed(key));
            if (ready.isPresent()) {
                return ready.get();
            }
            return locked("listing-" + key, () -> {
                Optional<T> copied = find(reference, listed(key));
                if (copied.isPresent()) {
                    return copied.get();
                }

                Copied<T> model = copy(reference, files, listing, key, Optional.empty(), progress);
                if (!list(reference, files).equals(listing)) {
                    throw RemoteCopy.changed(reference, "the list of its files is another one now");
                }
                Files.writeString(listing(key, CacheDirectory.user()), model.fingerprint());
                return model.value();
            });
        } catch (IOException e) {
            return ofUser(reference, e).open(reference, files, progress);
        }
    }

    /** The user's own cache, where he cannot write into that of many. */
    private ModelCache<T> ofUser(String reference, IOException thrown) {
        if (!ofOthersToo) {
            throw RemoteCopy.notWritable(folders, reference, thrown);
        }
        return of(CacheDirectory.ofUser(), mostBytes, reader, false);
    }

    /** What this user, or root, found a list of files to stand for; what others say is not asked. */
    private Optional<String> listed(String key) throws IOException {
        for (int user : new int[] {CacheDirectory.user(), ROOT}) {
            Path listing = listing(key, user);
            if (Files.isRegularFile(listing) && CacheDirectory.isOurs(listing)) {
                return Optional.of(Files.readString(listing).strip());
            }
        }
        return Optional.empty();
    }

    private Path listing(String key, int user) {
        return listings.resolve(key + "-" + user);
    }

    /**
     * Opens a model whose content is known. Where it was copied before, nothing is asked of the files.
     *
     * @param fingerprint what the model must have
     * @throws EmbarkException as {@link #open(String, RemoteFiles, DownloadProgress)}; {@link ErrorCode#MODEL_INVALID} if it has
     *     another fingerprint
     */
    public T open(String reference, RemoteFiles files, String fingerprint) {
        requireNonNull(fingerprint, "fingerprint is null");
        Optional<String> expected = Optional.of(fingerprint);
        try {
            Optional<T> ready = find(reference, expected);
            if (ready.isPresent()) {
                return ready.get();
            }
            return locked("copy-" + fingerprint, () -> {
                Optional<T> copied = find(reference, expected);
                return copied.isPresent()
                        ? copied.get()
                        : copy(reference, files, list(reference, files), fingerprint, expected, DownloadProgress.NONE)
                                .value();
            });
        } catch (IOException e) {
            return ofUser(reference, e).open(reference, files, fingerprint);
        }
    }

    private Optional<T> find(String reference, Optional<String> fingerprint) throws IOException {
        // Any name may be in a listing, and a model that is not there needs no lock.
        if (fingerprint.isEmpty() || !FINGERPRINT.matcher(fingerprint.get()).matches()) {
            return Optional.empty();
        }
        Path folder = folders.resolve(fingerprint.get());
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        // Before looking, so that what is found stays.
        hold(lock(folder));
        Optional<T> found = CopiedFolder.files(folder)
                .flatMap(files -> readFound(reference, folder, files))
                .filter(copied -> copied.fingerprint().equals(fingerprint.get()))
                .map(Copied::value);
        if (found.isPresent()) {
            touch(lock(folder));
        }
        return found;
    }

    private boolean isIntact(String reference, String fingerprint) {
        try {
            return find(reference, Optional.of(fingerprint)).isPresent();
        } catch (IOException e) {
            return false;
        }
    }

    private void hold(Path lock) throws IOException {
        try {
            ProcessLocks.hold(lock);
        } catch (IOException e) {
            // Where this user cannot write, whoever can may remove models; their open files stay.
            if (Files.isWritable(locks)) {
                throw e;
            }
        }
    }

    /** Only the order of removal depends on it. */
    private static void touch(Path lock) {
        try {
            Files.setLastModifiedTime(lock, FileTime.fromMillis(System.currentTimeMillis()));
        } catch (IOException e) {
            // It is another user's, or the cache is only read.
        }
    }

    private Optional<Copied<T>> readFound(String reference, Path folder, List<ModelFile> files) {
        if (CopiedFolder.isOurs(folder, files)) {
            return Optional.of(read(reference, new FolderFiles(folder, files)));
        }
        try {
            return Optional.of(read(reference, new FolderFiles(folder)));
        } catch (EmbarkException e) {
            // Whatever another user put there, it is not the model.
            return Optional.empty();
        }
    }

    /** @param key names a folder that nobody else fills now */
    private Copied<T> copy(
            String reference,
            RemoteFiles files,
            List<RemoteFile> listing,
            String key,
            Optional<String> expected,
            DownloadProgress progress)
            throws IOException {
        Path own = folders.resolve(String.format(Locale.ROOT, ".copy-%d-%s", CacheDirectory.user(), key));
        return FinishedFolder.fill(own, () -> {
            RemoteCopy copy =
                    new RemoteCopy(reference, files, listing, own, bytes -> makeRoom(reference, bytes), progress);
            FolderFiles copied = new FolderFiles(own, copy);
            String fingerprint = readCopy(reference, copied).fingerprint();
            if (expected.isPresent()) {
                Fingerprint.require(reference, fingerprint, expected.get());
            }
            CopiedFolder.list(own, copied.files());
            ProcessLocks.hold(locks.resolve("use-" + fingerprint));
            FinishedFolder.install(own, folders.resolve(fingerprint), place -> isIntact(reference, fingerprint));
            return find(reference, Optional.of(fingerprint))
                    .map(model -> new Copied<>(model, fingerprint))
                    .orElseThrow(() -> new IOException("what was written there reads back differently"));
        });
    }

    private Copied<T> read(String reference, FolderFiles files) {
        T value = reader.read(reference, files);
        return new Copied<>(value, Fingerprint.of(files.files()));
    }

    /** Errors name the place that the files came from: where they are now they will be no more. */
    private Copied<T> readCopy(String reference, FolderFiles files) {
        try {
            return read(reference, files);
        } catch (EmbarkException e) {
            String place = reference.replaceFirst("/+$", "");
            throw e.withWords(text -> text.replace(files.root().toString(), place));
        }
    }

    /** Removes models that nobody uses until so many bytes more are within the bound, the one used least recently first. */
    private void makeRoom(String reference, long bytes) {
        if (bytes > mostBytes) {
            throw ModelProblem.problem(
                    ErrorCode.OPTION_INVALID,
                    "model %s: is larger than the cache".formatted(reference),
                    "It has %s bytes or more, and at most %s are kept.".formatted(bytes, mostBytes),
                    "Set option cache-megabytes to more.",
                    null);
        }
        try (Stream<Path> entries = Files.list(folders)) {
            List<Path> models = entries.filter(entry ->
                            FINGERPRINT.matcher(entry.getFileName().toString()).matches())
                    .sorted(Comparator.comparing(this::lastUse))
                    .toList();
            long kept = models.stream().mapToLong(CopiedFolder::bytes).sum();
            for (Path model : models) {
                long freed = CopiedFolder.bytes(model);
                if (kept + bytes > mostBytes
                        && ProcessLocks.ifUnheld(lock(model), () -> remove(model))
                        && !Files.exists(model)) {
                    kept -= freed;
                }
            }
        } catch (IOException e) {
            throw RemoteCopy.notWritable(folders, reference, e);
        }
    }

    private Path lock(Path folder) {
        return locks.resolve("use-" + folder.getFileName());
    }

    private FileTime lastUse(Path folder) {
        try {
            return Files.getLastModifiedTime(lock(folder));
        } catch (IOException e) {
            return FileTime.fromMillis(0);
        }
    }

    /** Renamed first, so that nobody finds half of it. */
    private void remove(Path model) {
        Path removed = folders.resolve(".removed-" + model.getFileName());
        FinishedFolder.deleteQuietly(removed);
        if (model.toFile().renameTo(removed.toFile())) {
            FinishedFolder.deleteQuietly(removed);
        }
    }

    private static List<RemoteFile> list(String reference, RemoteFiles files) {
        try {
            return files.list().stream()
                    .sorted(Comparator.comparing(RemoteFile::name))
                    .toList();
        } catch (FileNotFoundException e) {
            throw ModelProblem.problem(
                    ErrorCode.MODEL_NOT_FOUND,
                    "model %s: no such folder".formatted(ModelProblem.show(reference)),
                    "The file system says: %s.".formatted(ModelProblem.show(e.getMessage())),
                    "Name the folder that holds the model's config.json or modules.json.",
                    e);
        } catch (IOException e) {
            throw ModelProblem.problem(
                    ErrorCode.MODEL_NOT_FOUND,
                    "model %s: cannot be listed".formatted(ModelProblem.show(reference)),
                    "The file system says: %s.".formatted(ModelProblem.show(e)),
                    "Check the address, that this user may read there, and that the file system's jar and settings are there.",
                    e);
        }
    }

    private static String key(String reference, List<RemoteFile> listing) {
        StringBuilder lines = new StringBuilder(reference).append('\n');
        listing.forEach(file -> lines.append("%s %s %s\n".formatted(file.bytes(), file.modified(), file.name())));
        return HexFormat.of().formatHex(Digests.sha256().digest(lines.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private interface Action<T> {
        T run() throws IOException;
    }

    private T locked(String name, Action<T> action) throws IOException {
        CacheDirectory.createFolders(root, locks);
        CacheDirectory.createFolders(root, listings);
        try {
            return ProcessLocks.exclusively(locks.resolve(name), () -> {
                try {
                    return action.run();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
