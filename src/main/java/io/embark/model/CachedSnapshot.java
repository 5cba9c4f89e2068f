package io.embark.model;

import io.embark.EmbarkException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A snapshot as the cache has it, with nothing else to turn to. That it exists says nothing: Python downloads the files that
 * somebody asks for, and a download may have broken off. Whoever reads one that lacks a file is told so with {@link
 * io.embark.ErrorCode#MODEL_NOT_FOUND}.
 */
final class CachedSnapshot implements FolderFiles.Elsewhere {
    /** How sure to be of files without which a model may do. */
    enum Trust {
        /** Each must be there, or be known not to be part of the model. */
        KNOWN,
        /** One that is not there counts as not part of the model, as it does for Python without a network. */
        ASSUMED
    }

    private final HubCache cache;
    private final HubReference pinned;
    private final Trust trust;

    CachedSnapshot(HubCache cache, HubReference pinned, Trust trust) {
        this.cache = cache;
        this.pinned = pinned;
        this.trust = trust;
    }

    @Override
    public Optional<ModelFile> bring(String name) {
        Path file = cache.snapshot(pinned.revision()).resolve(name);
        // Without its list of modules a model is another one; and a link to what is gone says that there is such a
        // file.
        boolean mustBeKnown = trust == Trust.KNOWN || name.equals(ModuleList.FILE) || Files.isSymbolicLink(file);
        if (!Files.isRegularFile(file) && mustBeKnown) {
            requireKnown(name);
        }
        if (file.endsWith(WeightsFiles.ONNX)) {
            // Asked for where no others were found. A model that has both has other weights in this one, often rounded.
            requireKnown(name.substring(0, name.length() - WeightsFiles.ONNX.length()) + WeightsFiles.SAFETENSORS);
        }
        return Optional.empty();
    }

    private void requireKnown(String name) {
        doubt(name).ifPresent(doubt -> {
            throw doubt;
        });
    }

    @Override
    public Optional<EmbarkException> doubt(String name) {
        return cache.isKnownAbsent(pinned.revision(), name)
                ? Optional.empty()
                : Optional.of(ModelProblem.notFound(
                        "model %s: not whole in the cache".formatted(pinned),
                        "HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE is set, and %s has no %s."
                                .formatted(cache.snapshot(pinned.revision()), ModelProblem.show(name)),
                        HubModel.GO_ONLINE));
    }

    @Override
    public Stream<String> names(String directory) {
        return Stream.empty();
    }
}
