/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import io.embark.ErrorCode;
import io.embark.model.files.DownloadProgress;
import io.embark.model.files.ModelProblem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Brings one file of a model from the hub into its blob. A download that broke off goes on where it stopped, also in a later
 * run; what arrives is hashed as a whole before the blob appears under its name, so nothing glued together ever does.
 */
final class HubDownload {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final long REPORT_BYTES = 1 << 20;

    private final HubClient client;
    private final HubSettings settings;
    private final HubCache cache;
    private final HubReference pinned;
    private final DownloadProgress progress;

    HubDownload(
            HubClient client, HubSettings settings, HubCache cache, HubReference pinned, DownloadProgress progress) {
        this.client = client;
        this.settings = settings;
        this.cache = cache;
        this.pinned = pinned;
        this.progress = progress;
    }

    /** Makes sure that the blob of a file is there; one thread of all processes downloads it, the others wait. */
    void fetch(HubFile file) {
        cache.locked(file, () -> {
            try {
                if (!file.isIntact(cache.blob(file))) {
                    download(file);
                }
            } catch (IOException e) {
                throw cache.notWritable(e);
            }
        });
    }

    private void download(HubFile file) throws IOException {
        Path partial = cache.partial(file);
        if (!file.isHashed()) {
            // Nothing would tell whether the rest belongs to it.
            Files.deleteIfExists(partial);
        }
        requireSpace(file, partial);

        Optional<String> wrong = attempt(file, partial);
        if (wrong.isPresent()) {
            // What an earlier run left may have been at fault.
            wrong = attempt(file, partial);
        }
        if (wrong.isPresent()) {
            throw ModelProblem.invalid(
                    "model %s: %s is damaged: it has %s".formatted(pinned, ModelProblem.show(file.name()), wrong.get()),
                    "The hub lists %s bytes and %s %s."
                            .formatted(file.bytes(), file.hashName(), ModelProblem.show(file.etag())),
                    "Try again; if it stays so, something between this host and %s alters files."
                            .formatted(settings.endpoint()));
        }
    }

    /** Downloads into the blob; what the content has instead of the right size and hash if it is not the right one. */
    private Optional<String> attempt(HubFile file, Path partial) throws IOException {
        receive(file, partial);
        Optional<String> wrong = wrong(file, partial);
        if (wrong.isPresent()) {
            Files.delete(partial);
        } else {
            Files.move(partial, cache.blob(file), StandardCopyOption.ATOMIC_MOVE);
        }
        return wrong;
    }

    private static Optional<String> wrong(HubFile file, Path content) throws IOException {
        if (Files.size(content) > file.bytes()) {
            return Optional.of("more than %s bytes".formatted(file.bytes()));
        }
        String found = file.hash(content);
        return found.equals(file.etag()) ? Optional.empty() : Optional.of(file.hashName() + " " + found);
    }

    /** Returns when the file has its size, or more. */
    private void receive(HubFile file, Path partial) throws IOException {
        HubRetries retries = new HubRetries(
                settings, "model %s, %s".formatted(pinned, ModelProblem.show(file.name())), HubRetries.ATTEMPTS);
        Optional<String> etag = Optional.empty();
        try (FileChannel target = FileChannel.open(partial, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (target.size() > file.bytes()) {
                target.truncate(0);
            }

            while (target.size() < file.bytes()) {
                long before = target.size();
                try (HubAnswer answer = client.content(pinned, file.name(), before, etag)) {
                    if (!accept(file, target, etag, answer)) {
                        retries.failed(answer);
                        continue;
                    }
                    etag = answer.strongEtag().isPresent() ? answer.strongEtag() : etag;
                    copy(file, answer.body(), target);
                    if (target.size() < file.bytes()) {
                        throw new IOException(
                                "the file ended after %s of %s bytes".formatted(target.size(), file.bytes()));
                    }
                } catch (IOException e) {
                    if (target.size() - before >= REPORT_BYTES) {
                        retries.progressed();
                    }
                    retries.failed(e);
                }
            }
        }
    }

    /** Whether the body can be appended to the file, which is emptied if the body is the whole of it. */
    private boolean accept(HubFile file, FileChannel target, Optional<String> etag, HubAnswer answer)
            throws IOException {
        boolean sameFile = etag.isEmpty()
                || answer.strongEtag().isEmpty()
                || answer.strongEtag().equals(etag);
        if (answer.continues(target.size(), file.bytes()) && sameFile) {
            return true;
        }
        if (answer.status() == 200) {
            target.truncate(0);
            return true;
        }

        // A rest that does not fit, or none: what is here is not the beginning of what is there.
        if (answer.status() == 206 || answer.status() == 416) {
            target.truncate(0);
        } else if (!answer.isTransient() && client.isHub(answer.address())) {
            throw HubRefusal.of(settings, pinned, answer);
        }
        return false;
    }

    /** Stops one byte behind the size that the file must have. */
    private void copy(HubFile file, TimedBody body, FileChannel target) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long done = target.size();
        long reported = done;
        while (done <= file.bytes()) {
            int read = body.read(buffer, 0, (int) Math.min(buffer.length, file.bytes() - done + 1));
            if (read < 0) {
                break;
            }
            write(ByteBuffer.wrap(buffer, 0, read), target, done);
            done += read;
            if (done - reported >= REPORT_BYTES) {
                reported = done;
                progress.downloaded(file.name(), Math.min(done, file.bytes()), file.bytes());
            }
        }
        progress.downloaded(file.name(), Math.min(done, file.bytes()), file.bytes());
    }

    /** A disk that cannot be written is not a connection to be tried again. */
    private void write(ByteBuffer bytes, FileChannel target, long at) {
        try {
            long position = at;
            while (bytes.hasRemaining()) {
                position += target.write(bytes, position);
            }
        } catch (IOException e) {
            throw cache.notWritable(e);
        }
    }

    private void requireSpace(HubFile file, Path partial) throws IOException {
        long missing = file.bytes() - (Files.exists(partial) ? Files.size(partial) : 0);
        long free = Files.getFileStore(partial.getParent()).getUsableSpace();
        if (missing > free) {
            throw ModelProblem.problem(
                    ErrorCode.RUN_FAILED,
                    "model %s: no space for %s".formatted(pinned, ModelProblem.show(file.name())),
                    "It needs %s bytes more, and %s has %s.".formatted(missing, partial.getParent(), free),
                    "Free space there, or set HF_HUB_CACHE to a folder with more.",
                    null);
        }
    }
}
