/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import io.embark.EmbarkException;
import io.embark.model.files.FolderFiles;
import io.embark.model.files.FolderReader;
import io.embark.model.files.ModelFile;
import io.embark.model.files.ModelProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A snapshot as the cache has it, with nothing else to turn to. That it exists says nothing: Python downloads the files that
 * somebody asks for, and a download may have broken off. Whoever reads one that lacks a file is told so with {@link
 * io.embark.ErrorCode#MODEL_NOT_FOUND}.
 */
final class CachedSnapshot implements FolderFiles.Source {
    /** What helps where the hub may not be asked. */
    static final String GO_ONLINE = "Unset HF_HUB_OFFLINE and TRANSFORMERS_OFFLINE to download it, or name a folder.";

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
    private final Function<String, Optional<String>> decisive;

    /** @param decisive as {@link FolderReader#decisive} */
    CachedSnapshot(HubCache cache, HubReference pinned, Trust trust, Function<String, Optional<String>> decisive) {
        this.cache = cache;
        this.pinned = pinned;
        this.trust = trust;
        this.decisive = decisive;
    }

    @Override
    public Optional<ModelFile> fetch(String name) {
        // A link to what is gone says that there is such a file.
        if (trust == Trust.KNOWN || Files.isSymbolicLink(file(name))) {
            requireKnown(name);
        }
        decisive.apply(name).ifPresent(this::requireKnown);
        return intact(name);
    }

    /** What a file is, where its link says which content it must have: any run may have been killed, and any disk loses bits. */
    private Optional<ModelFile> intact(String name) {
        Path file = file(name);
        try {
            Optional<HubFile> listed = cache.linked(pinned.revision(), name);
            if (listed.isPresent() && !listed.get().isIntact(file)) {
                throw ModelProblem.invalid(
                        "model %s: %s is damaged in the cache".formatted(pinned, ModelProblem.show(name)),
                        "%s leads to %s, whose content must have %s of that name and has another."
                                .formatted(
                                        file, listed.get().etag(), listed.get().hashName()),
                        GO_ONLINE);
            }
            return listed.flatMap(HubFile::described);
        } catch (IOException e) {
            throw ModelProblem.unreadable(file, e);
        }
    }

    private void requireKnown(String name) {
        if (!Files.isRegularFile(file(name))) {
            reasonForAbsence(name).ifPresent(reason -> {
                throw reason;
            });
        }
    }

    private Path file(String name) {
        return cache.snapshot(pinned.revision()).resolve(name);
    }

    @Override
    public Optional<EmbarkException> reasonForAbsence(String name) {
        return cache.isKnownAbsent(pinned.revision(), name)
                ? Optional.empty()
                : Optional.of(ModelProblem.notFound(
                        "model %s: not whole in the cache".formatted(pinned),
                        "HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE is set, and %s has no %s."
                                .formatted(cache.snapshot(pinned.revision()), ModelProblem.show(name)),
                        GO_ONLINE));
    }

    @Override
    public Stream<String> names(String directory) {
        return Stream.empty();
    }
}
