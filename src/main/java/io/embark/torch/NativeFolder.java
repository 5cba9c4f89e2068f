/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import io.embark.base.Digests;
import io.embark.base.Shown;
import io.embark.host.CacheDirectory;
import io.embark.host.FinishedFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipException;

/**
 * A folder with native libraries that Embark unpacked, and the list of their hashes. The system maps such a file as it is: one
 * that is cut or altered ends the process when it is loaded, or later. So all is checked before anything is loaded.
 */
final class NativeFolder {
    private static final String LIST = "SHA256SUMS";

    private final Path folder;
    private final List<NativeFile> files;
    private final VerifiedFiles verified;

    /** @param folder not necessarily there */
    NativeFolder(Path folder, List<NativeFile> files) {
        this.folder = folder;
        this.files = files;
        this.verified = new VerifiedFiles(folder);
    }

    Path path() {
        return folder;
    }

    boolean exists() {
        return Files.exists(folder, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * What is not as it was unpacked, in a sentence; empty if everything is, and nobody but root and this user can change it.
     * Hashes what was not hashed since the system was started.
     */
    Optional<String> wrong() {
        try {
            Optional<String> wrong =
                    CacheDirectory.stranger(folder.toRealPath()).or(this::wrongEntry);
            if (wrong.isPresent()) {
                return wrong;
            }
            List<String> names = names();
            if (!verified.knows(names)) {
                wrong = wrongHash();
                if (wrong.isEmpty()) {
                    verified.remember(names);
                }
            }
            return wrong;
        } catch (IOException e) {
            return Optional.of("%s cannot be read: %s".formatted(folder, Shown.value(e)));
        }
    }

    /** Fills a folder of another name, and renames it. */
    void unpack(Path own) throws IOException {
        try {
            createFolders(own);
            StringBuilder list = new StringBuilder();
            for (NativeFile file : files) {
                list.append("%s  %s\n".formatted(unpack(file, own.resolve(file.name())), file.name()));
            }
            try (OutputStream out = create(own.resolve(LIST), "rw-r--r--")) {
                out.write(list.toString().getBytes(StandardCharsets.UTF_8));
            }
            FinishedFolder.install(own, folder, place -> wrong().isEmpty());
        } finally {
            FinishedFolder.deleteQuietly(own);
        }
    }

    /** @return the SHA-256 of what was written */
    private static String unpack(NativeFile file, Path target) throws IOException {
        createFolders(target.getParent());
        CRC32 crc = new CRC32();
        try (InputStream in = new CheckedInputStream(file.open(), crc);
                DigestOutputStream out = new DigestOutputStream(create(target, "rwxr-xr-x"), Digests.sha256())) {
            long bytes = in.transferTo(out);
            if (bytes != file.bytes() || (file.crc() >= 0 && crc.getValue() != file.crc())) {
                throw new ZipException(String.format(
                        Locale.ROOT,
                        "%s is damaged: it gives %d bytes with the CRC-32 %08x, not %d with %08x",
                        file.resource(),
                        bytes,
                        crc.getValue(),
                        file.bytes(),
                        file.crc()));
            }
            return HexFormat.of().formatHex(out.getMessageDigest().digest());
        }
    }

    private static void createFolders(Path folder) throws IOException {
        Files.createDirectories(folder, CacheDirectory.permissions(folder, "rwxr-xr-x"));
    }

    private static OutputStream create(Path file, String permissions) throws IOException {
        return Channels.newOutputStream(Files.newByteChannel(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                CacheDirectory.permissions(file, permissions)));
    }

    private Optional<String> wrongEntry() {
        try (Stream<Path> walked = Files.walk(folder)) {
            List<Path> entries = walked.toList();
            for (Path entry : entries) {
                if (!CacheDirectory.isOurs(entry)) {
                    return Optional.of("%s is a link, or can be changed by others".formatted(entry));
                }
            }
            List<String> found = entries.stream()
                    .filter(entry -> !Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS))
                    .map(entry -> folder.relativize(entry).toString())
                    .sorted()
                    .toList();
            // libtorch is loaded with whatever lies beside it.
            if (!found.equals(names())) {
                return Optional.of("%s has the files %s, not %s".formatted(folder, found, names()));
            }
            for (NativeFile file : files) {
                long bytes = Files.size(folder.resolve(file.name()));
                if (bytes != file.bytes()) {
                    return Optional.of(String.format(
                            Locale.ROOT, "%s has %d bytes, not %d", folder.resolve(file.name()), bytes, file.bytes()));
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("%s cannot be read: %s".formatted(folder, Shown.value(e)));
        }
    }

    private Optional<String> wrongHash() throws IOException {
        Map<String, String> listed = new HashMap<>();
        for (String line : Files.readAllLines(folder.resolve(LIST))) {
            String[] parts = line.split("  ", 2);
            listed.put(parts[parts.length - 1], parts[0]);
        }
        for (NativeFile file : files) {
            String found = Digests.sha256(folder.resolve(file.name()));
            if (!found.equals(listed.get(file.name()))) {
                return Optional.of("%s has the SHA-256 %s, not %s"
                        .formatted(folder.resolve(file.name()), found, listed.get(file.name())));
            }
        }
        return Optional.empty();
    }

    private List<String> names() {
        List<String> names = new ArrayList<>(List.of(LIST));
        files.forEach(file -> names.add(file.name()));
        return List.copyOf(new TreeSet<>(names));
    }
}
