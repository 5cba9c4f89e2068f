/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.files;

import io.embark.host.CacheDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A copied model and the list of its files: a line {@code <sha256> <bytes> <modified> <name>} for each. Whoever finds the sizes
 * and times as listed, in files that nobody else can change, need not read them to know their hashes.
 */
final class CopiedFolder {
    private static final String LIST = ".embark-files";
    private static final int PARTS = 4;

    private CopiedFolder() {}

    /** Writes the list of a folder that was just filled. */
    static void list(Path folder, List<ModelFile> files) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (ModelFile file : files) {
            long modified =
                    Files.getLastModifiedTime(folder.resolve(file.name())).toMillis();
            lines.append("%s %s %s %s\n".formatted(file.sha256(), file.bytes(), modified, file.name()));
        }
        Files.writeString(folder.resolve(LIST), lines);
    }

    /** The files of a folder; empty if there is none, or it is not as it was listed. */
    static Optional<List<ModelFile>> files(Path folder) {
        try {
            List<ModelFile> files = new ArrayList<>();
            for (String line : Files.readAllLines(folder.resolve(LIST), StandardCharsets.UTF_8)) {
                String[] parts = line.split(" ", PARTS);
                Path file = folder.resolve(parts[PARTS - 1]);
                long bytes = Long.parseLong(parts[1]);
                if (Files.size(file) != bytes
                        || Files.getLastModifiedTime(file).toMillis() != Long.parseLong(parts[2])) {
                    return Optional.empty();
                }
                files.add(new ModelFile(parts[PARTS - 1], bytes, parts[0]));
            }
            return Optional.of(files);
        } catch (IOException | RuntimeException e) {
            // Not there, or not what list() wrote, which is the same.
            return Optional.empty();
        }
    }

    /** Whether nobody but root and this user can change what was listed, or the list itself. */
    static boolean isOurs(Path folder, List<ModelFile> files) {
        return Stream.concat(Stream.of("", LIST), files.stream().map(ModelFile::name))
                .allMatch(name -> CacheDirectory.isOurs(folder.resolve(name)));
    }

    /** What its files take on disk, as far as is known. */
    static long bytes(Path folder) {
        return files(folder).stream()
                .flatMap(List::stream)
                .mapToLong(ModelFile::bytes)
                .sum();
    }
}
