package io.embark.model;

import static java.util.Objects.requireNonNull;

import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.base.CacheDirectory;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A model as a folder of files: what they say and where its tensors are. Immutable and thread-safe.
 *
 * <p>The files are read and hashed when the folder is opened. Only JSON, safetensors and ONNX initializers are ever read,
 * never a file that is a program; but for {@code model.pt} where the options trust it.
 */
public final class ModelFolder {
    static final FolderReader<ModelFolder> READER = new FolderReader<>() {
        @Override
        public ModelFolder read(String reference, FolderFiles files) {
            return new ModelFolder(reference, files);
        }

        @Override
        public Optional<String> decisive(String name) {
            // Without its list of modules a model is another one.
            return name.equals(ModuleList.FILE) ? Optional.of(name) : WeightsFiles.preferred(name);
        }
    };

    private final String reference;
    private final Path path;
    private final ModelSpecification specification;
    private final Path tokenizerFile;
    private final List<TensorSource> tensors;
    private final Optional<Path> program;
    private final List<ModelFile> files;

    private ModelFolder(String reference, FolderFiles files) {
        this.reference = reference;
        this.path = files.root();
        SpecificationReader reader = SpecificationReader.read(files);
        this.specification = reader.specification();
        this.tokenizerFile = reader.tokenizerFile();
        this.tensors = reader.tensors();
        this.program = reader.program();
        this.files = files.files();
    }

    /**
     * Opens the model that the options name; reads {@link EmbedOptions#MODEL}, {@link EmbedOptions#TRUST_MODEL_CODE} and
     * {@link EmbedOptions#CACHE_DIR}.
     *
     * @throws io.embark.EmbarkException as {@link #open(String, Path)}
     */
    public static ModelFolder open(EmbedOptions options) {
        return open(ModelReference.read(options.get(EmbedOptions.MODEL)), options, DownloadProgress.NONE);
    }

    /**
     * Opens a model as data: one that is a program is refused.
     *
     * @param reference as {@link ModelReference#read}; of a file system of Hadoop nothing can be opened here
     * @param cacheDirectory where the bundled model is unpacked, once; created if it is not there, and not touched for any
     *     other model
     * @throws io.embark.EmbarkException {@link ErrorCode#MODEL_NOT_FOUND} if the reference leads to no folder, the bundled
     *     model is not on the class path, a hub has no such model or revision or gives no access to it, or may not be asked
     *     while the cache does not have it; {@link ErrorCode#MODEL_INVALID} if a file is missing, damaged, contradicts
     *     another, or is not what a hub lists; {@link ErrorCode#MODEL_UNSUPPORTED} if the model is of a kind that is not
     *     known; {@link ErrorCode#OPTION_INVALID} if the cache directory, or the hub's cache, cannot be written; {@link
     *     ErrorCode#RUN_FAILED} if the network fails and the hub's cache does not help, or the disk is full
     */
    public static ModelFolder open(String reference, Path cacheDirectory) {
        return open(ModelReference.read(reference), cacheDirectory, false, DownloadProgress.NONE);
    }

    /**
     * The same where it is known what the reference means; reads {@link EmbedOptions#TRUST_MODEL_CODE} and {@link
     * EmbedOptions#CACHE_DIR}. Only a folder may be a program: nothing is trusted that was copied or downloaded.
     */
    public static ModelFolder open(ModelReference reference, EmbedOptions options, DownloadProgress progress) {
        return open(reference, CacheDirectory.of(options).path(), options.get(EmbedOptions.TRUST_MODEL_CODE), progress);
    }

    private static ModelFolder open(
            ModelReference reference, Path cacheDirectory, boolean trusted, DownloadProgress progress) {
        requireNonNull(reference, "reference is null");
        requireNonNull(cacheDirectory, "cacheDirectory is null");
        if (reference instanceof ModelReference.Bundled) {
            return READER.read(BundledModel.NAME, BundledModel.open(cacheDirectory));
        } else if (reference instanceof ModelReference.Folder folder) {
            return READER.read(folder.path().toString(), new FolderFiles(folder.path(), trusted));
        } else if (reference instanceof ModelReference.Hub hub) {
            return new HubModel<>(HubSettings.fromEnvironment(), READER).open(hub.name(), progress);
        }
        throw needsSpark(((ModelReference.Remote) reference).uri());
    }

    /**
     * Opens a model that lies on a file system of Hadoop, as a copy in the cache on this host; reads {@link
     * EmbedOptions#CACHE_DIR} and {@link EmbedOptions#CACHE_MEGABYTES}.
     *
     * @param reference for errors, and for the model's name
     * @throws io.embark.EmbarkException {@link ErrorCode#MODEL_NOT_FOUND} if there is no such folder; {@link
     *     ErrorCode#MODEL_INVALID} and {@link ErrorCode#MODEL_UNSUPPORTED} as {@link #open(String, Path)}, and if it changes
     *     meanwhile; {@link ErrorCode#OPTION_INVALID} if the cache cannot be written or is too small; {@link
     *     ErrorCode#RUN_FAILED} if a file cannot be read
     */
    public static ModelFolder copy(
            String reference, RemoteFiles files, EmbedOptions options, DownloadProgress progress) {
        return ModelCache.of(options, READER).open(reference, files, progress);
    }

    /**
     * The same for a model whose content is known. Where it was copied before, nothing is asked of the files.
     *
     * @param fingerprint what the model must have
     * @throws io.embark.EmbarkException as above; {@link ErrorCode#MODEL_INVALID} if it has another fingerprint
     */
    public static ModelFolder copy(String reference, RemoteFiles files, EmbedOptions options, String fingerprint) {
        return ModelCache.of(options, READER).open(reference, files, fingerprint);
    }

    /** The bundled name, {@code org/name} of a model of a hub, else the name of the folder. */
    public String name() {
        return ModelReference.name(reference);
    }

    /**
     * What leads to this very model: the bundled name, the folder's path, its URI, or {@code org/name@commit} of a model of a
     * hub.
     */
    public String reference() {
        return reference;
    }

    /** The commit of a model of a hub. */
    public Optional<String> revision() {
        return ModelReference.revision(reference);
    }

    /** The folder, absolute; that of the bundled model lies in the cache directory. */
    public Path path() {
        return path;
    }

    /** Every file that the model is made of, sorted by name; other files of the folder are not among them. */
    public List<ModelFile> files() {
        return files;
    }

    /**
     * Names the exact content of the model: the SHA-256, in hexadecimal, of one line {@code "<sha256>  <name>\n"} for each
     * of {@link #files()}. Models with equal fingerprints give equal vectors.
     */
    public String fingerprint() {
        return Fingerprint.of(files);
    }

    /** What the model does with a text. */
    public ModelSpecification specification() {
        return specification;
    }

    /** The {@code tokenizer.json}. */
    public Path tokenizerFile() {
        return tokenizerFile;
    }

    /**
     * Opens the tensors; the caller closes them.
     *
     * @throws io.embark.EmbarkException {@link ErrorCode#MODEL_INVALID} if a weights file is damaged, or a tensor
     *     is missing or of the wrong shape; {@link ErrorCode#MODEL_UNSUPPORTED} if one is stored in a number
     *     format other than those of {@link DataType}
     */
    public Weights openWeights() {
        return FileWeights.open(path, tensors);
    }

    /**
     * Refuses this model where another one is meant.
     *
     * @throws io.embark.EmbarkException {@link ErrorCode#MODEL_INVALID} if its fingerprint is not the expected one
     */
    public void requireFingerprint(String expected) {
        Fingerprint.require(reference, fingerprint(), expected);
    }

    /**
     * The TorchScript program that is the network; empty where Embark computes it, and always empty unless the options trust
     * the model's code.
     */
    public Optional<Path> program() {
        return program;
    }

    private static RuntimeException needsSpark(String uri) {
        return ModelProblem.notFound(
                "model '%s': cannot be opened without Spark".formatted(ModelProblem.show(uri)),
                "File systems of Hadoop are reached through Spark, and this is a program without it.",
                "Copy the model into a folder on this host, and name that.");
    }
}
