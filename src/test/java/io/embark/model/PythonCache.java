package io.embark.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Writes a cache as huggingface_hub 2.4 does when Sentence Transformers asks it for a model, file by file. */
final class PythonCache {
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
        Files.createDirectories(absent);
        for (String name : new String[] {"adapter_config.json", "added_tokens.json", "chat_template.jinja"}) {
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
