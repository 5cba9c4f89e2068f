/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.host.CacheDirectory;
import io.embark.host.FinishedFolder;
import io.embark.host.ProcessLocks;
import io.embark.model.files.ModelProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;

/**
 * The folder of one model in the cache that Python's huggingface_hub fills as well, laid out as it does ({@code
 * file_download.py}): {@code blobs/<etag>} has the contents, {@code snapshots/<commit>/<name>} links to them, {@code
 * refs/<revision>} has the commit of a branch or tag, and an empty {@code .no_exist/<commit>/<name>} remembers that a file is
 * not part of the model. Thread-safe.
 *
 * <p>The locks are of another kind than Python's ({@code fcntl} instead of {@code flock}) and keep only Embark's processes
 * apart; so half-filled files have a name of their own, and every change that a reader could see is one rename.
 */
final class HubCache {
    private final Path root;
    private final String folderName;
    private final Path folder;
    private final boolean symlinks;

    HubCache(HubSettings settings, HubReference reference) {
        this.root = settings.cache();
        this.folderName = "models--" + reference.id().replace("/", "--");
        this.folder = root.resolve(folderName);
        this.symlinks = settings.symlinks();
    }

    /** The commit that a revision was when it was last downloaded. */
    Optional<String> commit(String revision) {
        Path ref = folder.resolve("refs").resolve(revision);
        try {
            return Files.isRegularFile(ref)
                    ? Optional.of(Files.readString(ref).strip()).filter(HubReference::isCommit)
                    : Optional.empty();
        } catch (IOException e) {
            throw ModelProblem.unreadable(ref, e);
        }
    }

    Path snapshot(String commit) {
        return folder.resolve("snapshots").resolve(commit);
    }

    Path blob(HubFile file) {
        return folder.resolve("blobs").resolve(file.etag());
    }

    /** Where a download of a blob gathers. Python's names end in 8 random digits, and it removes what it did not finish. */
    Path partial(HubFile file) {
        Path partial = folder.resolve("blobs").resolve(file.etag() + ".embark.incomplete");
        // In a cache of many users it may be what another one did not finish.
        return Files.exists(partial) && !Files.isWritable(partial)
                ? partial.resolveSibling(file.etag() + ".embark-" + CacheDirectory.user() + ".incomplete")
                : partial;
    }

    boolean isKnownAbsent(String commit, String name) {
        return Files.exists(marker(commit, name));
    }

    /** Remembers that the model has no such file; not being able to is no reason to fail. */
    void rememberAbsent(String commit, String name) {
        Path marker = marker(commit, name);
        try {
            if (!Files.exists(marker)) {
                CacheDirectory.createFolders(root, marker.getParent());
                Files.write(marker, new byte[0]);
            }
        } catch (IOException e) {
            // The next run asks the hub again.
        }
    }

    /** Remembers what a revision is now; not being able to is no reason to fail. */
    void rememberCommit(String revision, String commit) {
        Path ref = folder.resolve("refs").resolve(revision);
        Path own = sibling(ref);
        try {
            // A cache that is up to date may be read-only.
            if (!revision.equals(commit) && !commit(revision).equals(Optional.of(commit))) {
                CacheDirectory.createFolders(root, ref.getParent());
                Files.writeString(own, commit);
                Files.move(own, ref, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException e) {
            FinishedFolder.deleteQuietly(own);
        }
    }

    /** Makes a blob appear in a snapshot, in place of whatever is there. */
    void link(String commit, HubFile file) {
        Path pointer = snapshot(commit).resolve(file.name());
        Path own = sibling(pointer);
        try {
            CacheDirectory.createFolders(root, pointer.getParent());
            if (!symlink(own, pointer.getParent().relativize(blob(file)))) {
                Files.copy(blob(file), own);
            }
            Files.move(own, pointer, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            FinishedFolder.deleteQuietly(own);
            throw notWritable(e);
        }
    }

    /** What the blob that a snapshot links to must be, by its name; empty where it is a copy, or has no name that says so. */
    Optional<HubFile> linked(String commit, String name) throws IOException {
        Path pointer = snapshot(commit).resolve(name);
        if (!Files.isSymbolicLink(pointer) || !Files.isRegularFile(pointer)) {
            return Optional.empty();
        }
        String etag = Files.readSymbolicLink(pointer).getFileName().toString();
        return HubFile.isHash(etag) ? Optional.of(new HubFile(name, Files.size(pointer), etag)) : Optional.empty();
    }

    /** Does something while no other thread or process of Embark does so for the same blob. */
    void locked(HubFile file, Runnable action) {
        Path lock = root.resolve(".locks").resolve(folderName).resolve(file.etag() + ".lock");
        try {
            CacheDirectory.createFolders(root, lock.getParent());
            CacheDirectory.createFolders(root, blob(file).getParent());
            ProcessLocks.exclusively(lock, () -> {
                action.run();
                return null;
            });
        } catch (IOException e) {
            throw notWritable(e);
        }
    }

    EmbarkException notWritable(IOException thrown) {
        String message = String.valueOf(thrown.getMessage());
        if (message.contains("No space left") || message.contains("quota")) {
            return ModelProblem.problem(
                    ErrorCode.RUN_FAILED,
                    "hub cache %s: full".formatted(root),
                    "The system says: %s.".formatted(ModelProblem.show(thrown)),
                    "Free space there, or set HF_HUB_CACHE to a folder with more.",
                    thrown);
        }
        return ModelProblem.problem(
                ErrorCode.OPTION_INVALID,
                "hub cache %s: cannot be written".formatted(root),
                "The system says: %s.".formatted(ModelProblem.show(thrown)),
                "Set HF_HUB_CACHE to a writable folder on a file system with locks.",
                thrown);
    }

    private Path marker(String commit, String name) {
        return folder.resolve(".no_exist").resolve(commit).resolve(name);
    }

    private boolean symlink(Path link, Path target) throws IOException {
        if (!symlinks) {
            return false;
        }
        try {
            Files.createSymbolicLink(link, target);
            return true;
        } catch (UnsupportedOperationException e) {
            return false;
        } catch (IOException e) {
            // A mount without links says so in many ways; where nothing can be written, copying says what is wrong.
            return Files.isSymbolicLink(link);
        }
    }

    private static Path sibling(Path file) {
        return file.resolveSibling(
                "." + file.getFileName() + "." + UUID.randomUUID().toString().substring(0, 8) + ".tmp");
    }
}
