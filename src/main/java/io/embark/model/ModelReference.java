/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import static java.util.Objects.requireNonNull;

import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.base.NearestName;
import io.embark.host.CacheDirectory;
import io.embark.model.files.BundledModel;
import io.embark.model.files.DownloadProgress;
import io.embark.model.files.FolderFiles;
import io.embark.model.files.ModelCache;
import io.embark.model.files.ModelProblem;
import io.embark.model.files.RemoteFiles;
import io.embark.model.hub.HubModel;
import io.embark.model.hub.HubReference;
import io.embark.model.hub.HubSettings;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a reference to a model leads to: a kind of place, which knows how a model there is opened.
 *
 * @hidden Public for Embark's other rooms only.
 */
public sealed interface ModelReference {
    /** How the URI of a folder on this host begins. */
    String FILE = "file:";

    /** What a program without Spark has of file systems of Hadoop: none. */
    Function<String, RemoteFiles> WITHOUT_SPARK = uri -> {
        throw needsSpark(uri);
    };

    /** Where the files of a model are to be had. */
    enum Reach {
        /** On each host that runs Embark. */
        HOST,
        /** On a file system of Hadoop. */
        FILE_SYSTEM,
        /** On hosts that may ask a hub, of which the driver is one. */
        HUB
    }

    /** The model that comes with Embark. */
    record Bundled() implements ModelReference {
        @Override
        public ModelFolder open(
                EmbedOptions options, Function<String, RemoteFiles> fileSystems, DownloadProgress progress) {
            FolderFiles files = BundledModel.open(CacheDirectory.of(options));
            return ModelFolder.read(BundledModel.NAME, files, ModelChoice.of(options, ModelCode.NEEDS_TRUST));
        }

        @Override
        public Reach reach() {
            return Reach.HOST;
        }
    }

    /**
     * A folder on this host.
     *
     * @param path absolute; was there when the reference was read
     */
    record Folder(Path path) implements ModelReference {
        @Override
        public ModelFolder open(
                EmbedOptions options, Function<String, RemoteFiles> fileSystems, DownloadProgress progress) {
            ModelCode code = options.get(EmbedOptions.TRUST_MODEL_CODE) ? ModelCode.RUNS : ModelCode.NEEDS_TRUST;
            return ModelFolder.read(path.toString(), FolderFiles.named(path), ModelChoice.of(options, code));
        }

        @Override
        public Reach reach() {
            return Reach.HOST;
        }

        @Override
        public boolean mayChange() {
            return true;
        }
    }

    /**
     * A folder on a file system of Hadoop, opened as a copy in the cache on this host.
     *
     * @param uri as it was written
     */
    record Remote(String uri) implements ModelReference {
        @Override
        public ModelFolder open(
                EmbedOptions options, Function<String, RemoteFiles> fileSystems, DownloadProgress progress) {
            return ModelCache.of(options, ModelFolder.reader(options)).open(uri, fileSystems.apply(uri), progress);
        }

        @Override
        public Reach reach() {
            return Reach.FILE_SYSTEM;
        }
    }

    /** A model of a hub. */
    record Hub(HubReference name) implements ModelReference {
        @Override
        public ModelFolder open(
                EmbedOptions options, Function<String, RemoteFiles> fileSystems, DownloadProgress progress) {
            return new HubModel<>(HubSettings.fromEnvironment(), ModelFolder.reader(options)).open(name, progress);
        }

        @Override
        public Reach reach() {
            return Reach.HUB;
        }
    }

    /**
     * Opens the model; reads {@link EmbedOptions#TRUST_MODEL_CODE}, {@link EmbedOptions#TASK}, {@link EmbedOptions#CACHE_DIR} and
     * {@link EmbedOptions#CACHE_MEGABYTES}. Only a folder may be a program: nothing is trusted that was copied or downloaded.
     *
     * @param fileSystems gives the files of a folder on a file system of Hadoop, named by its URI
     * @param progress hears of what is copied or downloaded
     * @throws io.embark.EmbarkException {@link ErrorCode#MODEL_NOT_FOUND} if there is no such folder, the bundled model is not
     *     on the class path, a hub has no such model or revision or gives no access to it, or may not be asked while the cache
     *     does not have it; {@link ErrorCode#MODEL_INVALID} if a file is missing, damaged, contradicts another, or is not what
     *     a hub lists; {@link ErrorCode#MODEL_UNSUPPORTED} if the model is of a kind that is not known; {@link
     *     ErrorCode#OPTION_INVALID} if the cache directory, or the hub's cache, cannot be written, or the cache is too small;
     *     {@link ErrorCode#RUN_FAILED} if the network fails and the hub's cache does not help, a remote file cannot be read, or
     *     the disk is full
     */
    ModelFolder open(EmbedOptions options, Function<String, RemoteFiles> fileSystems, DownloadProgress progress);

    /** Where executors have to get the model from. */
    Reach reach();

    /** Whether the same reference may lead to other files the next time. */
    default boolean mayChange() {
        return false;
    }

    /**
     * Opens the model that the options name, in a program without Spark; reads {@link EmbedOptions#MODEL} and what {@link
     * #open(EmbedOptions, Function, DownloadProgress)} does.
     *
     * @throws io.embark.EmbarkException as {@link #read} and {@link #open(EmbedOptions, Function, DownloadProgress)}; {@link
     *     ErrorCode#MODEL_NOT_FOUND} for a file system of Hadoop
     */
    static ModelFolder open(EmbedOptions options) {
        return read(options.get(EmbedOptions.MODEL)).open(options, WITHOUT_SPARK, DownloadProgress.NONE);
    }

    /**
     * The same for a model as data: one that is a program is refused.
     *
     * @param cacheDirectory where the bundled model is unpacked, once; created if it is not there, and not touched for any
     *     other model
     */
    static ModelFolder open(String reference, Path cacheDirectory) {
        requireNonNull(reference, "reference is null");
        requireNonNull(cacheDirectory, "cacheDirectory is null");
        return open(EmbedOptions.defaults()
                .with(EmbedOptions.MODEL, reference)
                .with(EmbedOptions.CACHE_DIR, cacheDirectory.toString()));
    }

    /** As {@link #read(String, List)} with the working directory as the only parent. */
    static ModelReference read(String reference) {
        return read(reference, List.of(Path.of("")));
    }

    /**
     * Says what a reference means. A folder that is there wins over a model of a hub.
     *
     * @param reference {@code all-MiniLM-L6-v2}, a folder or its {@code file:} URI, any other URI, or {@code
     *     org/name@revision}
     * @param parents where to look for a folder that is named without the whole way to it, the first one first
     * @throws io.embark.EmbarkException {@link ErrorCode#MODEL_NOT_FOUND} if it is none of these
     */
    static ModelReference read(String reference, List<Path> parents) {
        requireNonNull(reference, "reference is null");
        if (reference.equals(BundledModel.NAME)) {
            return new Bundled();
        }

        Path path = path(reference);
        Optional<Path> folder = parents.stream()
                .map(parent -> parent.resolve(path))
                .filter(place -> !reference.isBlank() && Files.isDirectory(place))
                .findFirst();
        if (folder.isPresent()) {
            return new Folder(folder.get().toAbsolutePath().normalize());
        }

        // Two letters at least: one is a drive of Windows.
        if (!reference.startsWith(FILE) && reference.matches("(?s)[A-Za-z][A-Za-z0-9+.-]+:.*")) {
            return new Remote(reference);
        }
        return HubReference.of(reference).map(Hub::new).orElseThrow(() -> noFolder(reference, path));
    }

    /**
     * The same reference as it is understood from any other working directory. A name without {@code /} stays as it is: it may
     * be that of an archive, which Spark unpacks into another folder in each executor.
     */
    static String absolute(String reference) {
        boolean relative = reference.contains("/") && !reference.contains(":") && !reference.startsWith("/");
        return relative && Files.isDirectory(path(reference))
                ? path(reference).toAbsolutePath().normalize().toString()
                : reference;
    }

    private static Path path(String reference) {
        try {
            return reference.startsWith(FILE) ? pathOfUri(reference) : Path.of(reference);
        } catch (IllegalArgumentException e) {
            // InvalidPathException is one as well.
            throw ModelProblem.problem(
                    ErrorCode.MODEL_NOT_FOUND,
                    "model %s: not a path".formatted(ModelProblem.show(reference)),
                    "The system says: %s.".formatted(ModelProblem.show(e.getMessage())),
                    "Name %s or the path of a folder.".formatted(BundledModel.NAME),
                    e);
        }
    }

    private static Path pathOfUri(String uri) {
        try {
            return Path.of(URI.create(uri));
        } catch (IllegalArgumentException e) {
            // As people write it, with blanks and signs that a URI has to quote: file:/a b, file:///a b.
            String path = uri.substring(FILE.length()).replaceFirst("^//(?=/)", "");
            if (path.startsWith("/") && !path.startsWith("//")) {
                return Path.of(path);
            }
            throw e;
        }
    }

    private static RuntimeException noFolder(String reference, Path folder) {
        String problem = "model %s: no such folder".formatted(ModelProblem.show(reference));
        // Other numbers make another model.
        Optional<String> nearest = NearestName.find(ModelProblem.show(reference), List.of(BundledModel.NAME))
                .filter(name -> digits(name).equals(digits(reference)));
        if (Files.exists(folder) && !reference.isBlank()) {
            problem = "model %s: a file, not a folder".formatted(ModelProblem.show(reference));
        }
        return ModelProblem.notFound(
                problem,
                ("A model is %s, which is bundled, a folder on this host, the URI of a folder on a file system of Hadoop,"
                                + " or org/name@revision on a hub.%s")
                        .formatted(
                                BundledModel.NAME,
                                nearest.map(name -> " The nearest name is %s.".formatted(name))
                                        .orElse("")),
                "Name one of these.");
    }

    private static String digits(String name) {
        return name.replaceAll("[^0-9]", "");
    }

    private static RuntimeException needsSpark(String uri) {
        return ModelProblem.notFound(
                "model %s: cannot be opened without Spark".formatted(ModelProblem.show(uri)),
                "File systems of Hadoop are reached through Spark, and this is a program without it.",
                "Copy the model into a folder on this host, and name that.");
    }
}
