package io.embark.model;

import static java.util.Objects.requireNonNull;

import io.embark.ErrorCode;
import io.embark.NearestName;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A model as a folder of files: what they say and where its tensors are. Immutable and thread-safe.
 *
 * <p>The files are read and hashed when the folder is opened. Only JSON, safetensors and ONNX initializers are ever read,
 * never a file that is a program.
 */
public final class ModelFolder {
    private final String name;
    private final Path path;
    private final ModelSpecification specification;
    private final Path tokenizerFile;
    private final List<TensorSource> tensors;
    private final List<ModelFile> files;

    private ModelFolder(String name, FolderFiles files) {
        this.name = name;
        this.path = files.root();
        SpecificationReader reader = SpecificationReader.read(files);
        this.specification = reader.specification();
        this.tokenizerFile = tokenizerFile(files, reader.firstPath());
        this.tensors = reader.tensors();
        this.files = files.files();
    }

    /**
     * Opens a model.
     *
     * @param reference {@code all-MiniLM-L6-v2} for the bundled model; else the path of a folder, or its {@code file:} URI
     * @param cacheDirectory where the bundled model is unpacked, once; created if it is not there, and not touched for any
     *     other model
     * @throws io.embark.EmbarkException {@link ErrorCode#MODEL_NOT_FOUND} if the reference leads to no folder, or
     *     the bundled model is not on the class path; {@link ErrorCode#MODEL_INVALID} if a file is missing,
     *     damaged or contradicts another; {@link ErrorCode#MODEL_UNSUPPORTED} if the model is of a kind that is
     *     not known; {@link ErrorCode#OPTION_INVALID} if the cache directory cannot be written
     */
    public static ModelFolder open(String reference, Path cacheDirectory) {
        requireNonNull(reference, "reference is null");
        requireNonNull(cacheDirectory, "cacheDirectory is null");
        if (reference.equals(BundledModel.NAME)) {
            return new ModelFolder(BundledModel.NAME, BundledModel.open(cacheDirectory));
        }

        Path folder = folder(reference);
        Path fileName = folder.getFileName();
        return new ModelFolder(fileName == null ? folder.toString() : fileName.toString(), new FolderFiles(folder));
    }

    /** The bundled name, or the folder's own. */
    public String name() {
        return name;
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
        MessageDigest digest = FolderFiles.sha256();
        for (ModelFile file : files) {
            digest.update((file.sha256() + "  " + file.name() + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(digest.digest());
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

    private static Path folder(String reference) {
        Path folder;
        try {
            folder = reference.startsWith("file:") ? Path.of(URI.create(reference)) : Path.of(reference);
        } catch (IllegalArgumentException e) {
            // InvalidPathException is one as well.
            throw ModelProblem.problem(
                    ErrorCode.MODEL_NOT_FOUND,
                    "model '%s': not a path".formatted(ModelProblem.show(reference)),
                    "The system says: %s.".formatted(ModelProblem.show(e.getMessage())),
                    "Name %s or the path of a folder.".formatted(BundledModel.NAME),
                    e);
        }
        if (reference.isBlank() || !Files.isDirectory(folder)) {
            throw noFolder(reference, folder);
        }
        return folder.toAbsolutePath().normalize();
    }

    private static RuntimeException noFolder(String reference, Path folder) {
        String problem = "model '%s': no such folder".formatted(ModelProblem.show(reference));
        Optional<String> nearest = NearestName.find(ModelProblem.show(reference), List.of(BundledModel.NAME));
        if (Files.exists(folder) && !reference.isBlank()) {
            problem = "model '%s': a file, not a folder".formatted(ModelProblem.show(reference));
        }
        return ModelProblem.notFound(
                problem,
                "A model is %s, which is bundled, or a folder on this host.%s"
                        .formatted(
                                BundledModel.NAME,
                                nearest.map(name -> " The nearest name is %s.".formatted(name))
                                        .orElse("")),
                "Name one of these; a model from a hub must be downloaded into a folder first.");
    }

    private static Path tokenizerFile(FolderFiles files, String directory) {
        return files.find(directory, "tokenizer.json")
                .orElseThrow(
                        () -> ModelProblem.invalid(
                                "%s: no tokenizer.json".formatted(files.root().resolve(directory)),
                                "The tokenizer is read from this file alone; vocab.txt or sentencepiece files are not enough.",
                                "Write it once with transformers: AutoTokenizer.from_pretrained(folder).save_pretrained(folder)."));
    }
}
