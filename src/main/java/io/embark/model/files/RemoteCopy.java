/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.files;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.Digests;
import io.embark.host.CacheDirectory;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/** Copies the files of a remote folder as they are asked for, hashing each on its way. Not thread-safe. */
final class RemoteCopy implements FolderFiles.Source {
    private static final int BUFFER_BYTES = 1 << 20;

    private final String reference;
    private final RemoteFiles files;
    private final Map<String, RemoteFile> byName = new TreeMap<>();
    private final Path folder;
    private final LongConsumer room;
    private final DownloadProgress progress;
    private long copiedBytes;

    /**
     * @param folder where to copy to
     * @param room makes room in the cache for so many bytes, those included that were copied before
     */
    RemoteCopy(
            String reference,
            RemoteFiles files,
            List<RemoteFile> listing,
            Path folder,
            LongConsumer room,
            DownloadProgress progress) {
        this.reference = reference;
        this.files = files;
        this.folder = folder;
        this.room = room;
        this.progress = progress;
        listing.forEach(file -> byName.put(file.name(), file));
    }

    @Override
    public Stream<String> names(String directory) {
        String prefix = directory.isEmpty() ? "" : directory + "/";
        return byName.keySet().stream()
                .filter(name -> name.startsWith(prefix))
                .map(name -> name.substring(prefix.length()))
                .filter(name -> !name.contains("/"));
    }

    @Override
    public Optional<ModelFile> fetch(String name) {
        return Optional.ofNullable(byName.get(name)).map(this::copy);
    }

    private ModelFile copy(RemoteFile file) {
        Path target = folder.resolve(file.name());
        room.accept(copiedBytes + file.bytes());
        requireSpace(file);
        MessageDigest digest = Digests.sha256();
        long bytes;
        try (InputStream in = open(file);
                FileChannel out = create(target)) {
            bytes = copy(file, in, out, digest);
            out.force(true);
        } catch (IOException e) {
            throw notWritable(e);
        }
        if (bytes != file.bytes()) {
            throw changed(
                    reference, "%s was listed with %s bytes and has %s".formatted(file.name(), file.bytes(), bytes));
        }
        copiedBytes += bytes;
        return new ModelFile(file.name(), bytes, HexFormat.of().formatHex(digest.digest()));
    }

    /** Reads one byte more than were listed, if there are more. */
    private long copy(RemoteFile file, InputStream in, FileChannel out, MessageDigest digest) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long bytes = 0;
        while (bytes <= file.bytes()) {
            int read = read(file, in, buffer, (int) Math.min(BUFFER_BYTES, file.bytes() - bytes + 1));
            if (read < 0) {
                break;
            }
            digest.update(buffer, 0, read);
            ByteBuffer rest = ByteBuffer.wrap(buffer, 0, read);
            while (rest.hasRemaining()) {
                out.write(rest);
            }
            bytes += read;
            progress.downloaded(file.name(), Math.min(bytes, file.bytes()), file.bytes());
        }
        return bytes;
    }

    private InputStream open(RemoteFile file) {
        try {
            return files.open(file.name());
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private int read(RemoteFile file, InputStream in, byte[] buffer, int most) {
        try {
            int read = in.readNBytes(buffer, 0, most);
            return read == 0 ? -1 : read;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static FileChannel create(Path target) throws IOException {
        Files.createDirectories(target.getParent());
        return FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    private void requireSpace(RemoteFile file) {
        try {
            long free = Files.getFileStore(folder).getUsableSpace();
            if (file.bytes() > free) {
                throw new IOException("%s has %s bytes, and %s are free".formatted(file.name(), file.bytes(), free));
            }
        } catch (IOException e) {
            throw notWritable(e);
        }
    }

    /** What was read does not belong together. */
    static EmbarkException changed(String reference, String what) {
        return ModelProblem.invalid(
                "model %s: changed while it was copied".formatted(reference),
                ModelProblem.show(what) + ".",
                "Try again when nobody writes there.");
    }

    private EmbarkException unreadable(RemoteFile file, IOException thrown) {
        boolean gone = thrown instanceof FileNotFoundException;
        return ModelProblem.problem(
                gone ? ErrorCode.MODEL_INVALID : ErrorCode.RUN_FAILED,
                "model %s: %s cannot be read".formatted(reference, file.name()),
                "The file system says: %s.".formatted(ModelProblem.show(thrown)),
                gone
                        ? "It was there a moment ago: try again when nobody writes there."
                        : "Check that this user may read it, and that the file system can be reached from this host.",
                thrown);
    }

    private EmbarkException notWritable(IOException thrown) {
        return notWritable(folder.getParent(), reference, thrown);
    }

    /** The cache cannot take the copy. */
    static EmbarkException notWritable(Path folder, String reference, IOException thrown) {
        return ModelProblem.problem(
                ErrorCode.OPTION_INVALID,
                "cache directory %s: model %s cannot be copied to it".formatted(folder, reference),
                "The system says: %s.".formatted(ModelProblem.show(thrown)),
                "Free space there, or set option cache-dir, or %s, to a writable folder with more."
                        .formatted(CacheDirectory.VARIABLE),
                thrown);
    }
}
