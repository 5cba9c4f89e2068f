/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Writes a cache as huggingface_hub 2.4.0 does for Sentence Transformers 6.2.0, which asks file by file. */
final class PythonCache {
    /** What it asked the hub for in vain. */
    private static final List<String> ABSENT = List.of(
            "2_Normalize/config.json",
            "adapter_config.json",
            "added_tokens.json",
            "chat_template.jinja",
            "preprocessor_config.json",
            "processor_config.json",
            "special_tokens_map.json",
            "video_preprocessor_config.json",
            "vocab.txt");

    private PythonCache() {}

    /** {@code etag} says what the hub calls the content of a file. */
    static void write(Path cache, String id, String commit, String branch, Path published, UnaryOperator<String> etag)
            throws IOException {
        Path folder = cache.resolve("models--" + id.replace("/", "--"));
        Path snapshot = folder.resolve("snapshots").resolve(commit);
        Files.createDirectories(folder.resolve("blobs"));
        Files.createDirectories(folder.resolve("refs"));
        Files.createDirectories(cache.resolve(".locks").resolve(folder.getFileName()));
        Files.writeString(folder.resolve("refs").resolve(branch), commit);
        Files.writeString(cache.resolve("CACHEDIR.TAG"), "Signature: 8a477f597d28d172789f06886806bc55\n");
        Path absent = folder.resolve(".no_exist").resolve(commit);
        for (String name : ABSENT) {
            Files.createDirectories(absent.resolve(name).getParent());
            Files.createFile(absent.resolve(name));
        }

        try (Stream<Path> paths = Files.walk(published)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                String name = published.relativize(path).toString();
                Path blob = folder.resolve("blobs").resolve(etag.apply(name));
                Path pointer = snapshot.resolve(name);
                if (!Files.exists(blob)) {
                    Files.copy(path, blob);
                }
                Files.createDirectories(pointer.getParent());
                Files.createSymbolicLink(pointer, pointer.getParent().relativize(blob));
                Files.createFile(
                        cache.resolve(".locks").resolve(folder.getFileName()).resolve(blob.getFileName() + ".lock"));
            }
        }
    }
}
