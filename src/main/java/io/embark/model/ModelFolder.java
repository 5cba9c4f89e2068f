/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.model.files.Fingerprint;
import io.embark.model.files.FolderFiles;
import io.embark.model.files.FolderReader;
import io.embark.model.files.ModelCache;
import io.embark.model.files.ModelFile;
import io.embark.model.files.RemoteFiles;
import io.embark.model.weights.DataType;
import io.embark.model.weights.FileWeights;
import io.embark.model.weights.LowRankChange;
import io.embark.model.weights.TensorSource;
import io.embark.model.weights.Weights;
import io.embark.model.weights.WeightsFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model as a folder of files: what they say and where its tensors are. Immutable and thread-safe.
 *
 * <p>The files are read and hashed when the folder is opened. Only JSON, safetensors and ONNX initializers are ever read,
 * never a file that is a program; but for {@code model.pt} where the options trust it.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class ModelFolder {
    /** Reads what was copied or downloaded, where the options choose nothing. */
    public static final FolderReader<ModelFolder> READER = reader(EmbedOptions.defaults());

    private final String reference;
    private final Path path;
    private final ModelSpecification specification;
    private final Path tokenizerFile;
    private final List<TensorSource> tensors;
    private final Map<String, LowRankChange> changes;
    private final List<ModelFile> files;

    private ModelFolder(String reference, FolderFiles files, ModelChoice choice) {
        this.reference = reference;
        this.path = files.root();
        SpecificationReader reader = SpecificationReader.read(files, choice);
        this.specification = reader.specification();
        this.tokenizerFile = reader.tokenizerFile();
        this.tensors = reader.tensors();
        this.changes = reader.changes();
        this.files = files.files();
    }

    /** Reads a folder whose files came from where the reference says. */
    static ModelFolder read(String reference, FolderFiles files, ModelChoice choice) {
        return new ModelFolder(reference, files, choice);
    }

    /** Reads what was copied or downloaded. */
    static FolderReader<ModelFolder> reader(EmbedOptions options) {
        return new FolderReader<>() {
            @Override
            public ModelFolder read(String reference, FolderFiles files) {
                return ModelFolder.read(reference, files, ModelChoice.of(options, ModelCode.NEEDS_FOLDER));
            }

            @Override
            public Optional<String> decisive(String name) {
                // Without its list of modules a model is another one.
                return name.equals(ModuleList.FILE) ? Optional.of(name) : WeightsFiles.preferred(name);
            }
        };
    }

    /**
     * Opens a model that lies elsewhere and whose content is known, as a copy in the cache on this host; where it was copied
     * before, nothing is asked of the files. Reads {@link EmbedOptions#TASK}, {@link
     * EmbedOptions#CACHE_DIR} and {@link EmbedOptions#CACHE_MEGABYTES}.
     *
     * @param reference for errors, and for the model's name
     * @param fingerprint what the model must have
     * @throws io.embark.EmbarkException {@link ErrorCode#MODEL_NOT_FOUND} if there is no such folder; {@link
     *     ErrorCode#MODEL_INVALID} if it changes meanwhile, or has another fingerprint; {@link ErrorCode#OPTION_INVALID} if the
     *     cache cannot be written or is too small; {@link ErrorCode#RUN_FAILED} if a file cannot be read
     */
    public static ModelFolder copy(String reference, RemoteFiles files, EmbedOptions options, String fingerprint) {
        return ModelCache.of(options, reader(options)).open(reference, files, fingerprint);
    }

    /** The bundled name, {@code org/name} of a model of a hub, else the name of the folder. */
    public String name() {
        return ModelName.of(reference).name();
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
        return ModelName.of(reference).revision();
    }

    /** The folder, absolute; that of the bundled model lies in the cache directory. */
    public Path path() {
        return path;
    }

    /** Every file that the model is made of, sorted by name; other files of the folder are not among them. */
    public List<ModelFile> files() {
        return files;
    }

    /** The size of all of them. */
    public long bytes() {
        return files.stream().mapToLong(ModelFile::bytes).sum();
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

    /** The {@code tokenizer.json}, or the vocabulary that stands for it. */
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

    /** What is to be added to some of the tensors, by their names; {@link Weights#tensors()} has the factors before them. */
    public Map<String, LowRankChange> changes() {
        return changes;
    }

    /**
     * Refuses this model where another one is meant.
     *
     * @throws io.embark.EmbarkException {@link ErrorCode#MODEL_INVALID} if its fingerprint is not the expected one
     */
    public void requireFingerprint(String expected) {
        Fingerprint.require(reference, fingerprint(), expected);
    }
}
