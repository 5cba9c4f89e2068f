/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import static java.util.Objects.requireNonNull;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.model.files.DownloadProgress;
import io.embark.model.files.FolderFiles;
import io.embark.model.files.FolderReader;
import io.embark.model.files.ModelProblem;
import io.embark.model.hub.CachedSnapshot.Trust;
import java.util.Optional;

/**
 * Opens models of a hub, each as its snapshot in the cache on this host. Immutable and thread-safe.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class HubModel<T> {
    private final HubSettings settings;
    private final FolderReader<T> reader;

    public HubModel(HubSettings settings, FolderReader<T> reader) {
        this.settings = requireNonNull(settings, "settings is null");
        this.reader = requireNonNull(reader, "reader is null");
    }

    /**
     * Opens a model, and downloads what it is made of and is missing in the cache: each file when it is asked for, so a
     * configuration that is refused costs no weights. Its reference has the commit, and names the same content for ever.
     *
     * <p>A commit whose files are all there is found without the hub being asked. For a branch or tag it is asked which commit
     * that is now; if there is no network, the one of the last time is taken if it is whole. Any number of threads and
     * processes may do so at once: each file is downloaded by one of them.
     *
     * @throws EmbarkException {@link ErrorCode#MODEL_NOT_FOUND} if the hub has no such model or revision or gives no access to
     *     it, or the hub may not be asked and the cache does not have it; {@link ErrorCode#MODEL_INVALID} if what arrives is not
     *     what the hub lists; {@link ErrorCode#OPTION_INVALID} if the cache cannot be written; {@link ErrorCode#RUN_FAILED} if
     *     the network fails and the cache does not help, or the disk is full; and as the reader does
     */
    public T open(HubReference reference, DownloadProgress progress) {
        requireNonNull(reference, "reference is null");
        requireNonNull(progress, "progress is null");
        HubCache cache = new HubCache(settings, reference);
        Optional<HubReference> known = reference.isPinned()
                ? Optional.of(reference)
                : cache.commit(reference.revision()).map(reference::at);
        if (settings.offline()) {
            return cached(cache, known.orElseThrow(() -> unknownCommit(reference)), Trust.ASSUMED);
        }

        Optional<T> whole = reference.isPinned() ? ifWhole(cache, reference, Trust.KNOWN) : Optional.empty();
        if (whole.isPresent()) {
            return whole.get();
        }

        HubClient client = new HubClient(settings);
        HubListing listing;
        try {
            listing = client.listing(reference, known.isPresent() ? 1 : HubRetries.ATTEMPTS);
        } catch (EmbarkException e) {
            if (e.code() != ErrorCode.RUN_FAILED || known.isEmpty()) {
                throw e;
            }
            whole = ifWhole(cache, known.get(), Trust.ASSUMED);
            if (whole.isPresent()) {
                return whole.get();
            }
            // Only the hub helps.
            listing = client.listing(reference, HubRetries.ATTEMPTS);
        }

        HubReference pinned = reference.at(listing.commit());
        T model = read(cache, pinned, new HubSnapshot(client, settings, cache, pinned, listing, progress));
        // Only now: without a network, whoever reads it may rely on the snapshot.
        cache.rememberCommit(reference.revision(), listing.commit());
        return model;
    }

    /** The model as the cache has it; empty if the hub may have what is missing, or a better copy of what is damaged. */
    private Optional<T> ifWhole(HubCache cache, HubReference pinned, Trust trust) {
        try {
            return Optional.of(cached(cache, pinned, trust));
        } catch (EmbarkException e) {
            if (e.code() != ErrorCode.MODEL_NOT_FOUND && e.code() != ErrorCode.MODEL_INVALID) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private T cached(HubCache cache, HubReference pinned, Trust trust) {
        return read(cache, pinned, new CachedSnapshot(cache, pinned, trust, reader::decisive));
    }

    private T read(HubCache cache, HubReference pinned, FolderFiles.Source source) {
        return reader.read(pinned.toString(), new FolderFiles(cache.snapshot(pinned.revision()), source));
    }

    private static EmbarkException unknownCommit(HubReference reference) {
        return ModelProblem.notFound(
                "model %s: not in the cache".formatted(reference),
                "HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE is set, and the cache does not know which commit '%s' is."
                        .formatted(reference.revision()),
                CachedSnapshot.GO_ONLINE);
    }
}
