package io.embark.model;

import static java.util.Objects.requireNonNull;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.model.CachedSnapshot.Trust;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * A model of a hub as a folder on this host. Immutable.
 *
 * @param folder the snapshot in the cache: every file of the model that Embark reads is in it
 * @param reference the model at the commit that was resolved, {@code org/name@<40 hexadecimal digits>}; it names the same
 *     content for ever
 */
public record HubModel(Path folder, HubReference reference) {
    /** Refuses null. */
    public HubModel {
        requireNonNull(folder, "folder is null");
        requireNonNull(reference, "reference is null");
    }

    /** What the revision is: 40 hexadecimal digits. */
    public String commit() {
        return reference.revision();
    }

    /**
     * Finds a model in the cache, and downloads what of it is missing there.
     *
     * <p>A commit whose files are all there is found without the hub being asked. For a branch or tag it is asked which commit
     * that is now; if there is no network, the one of the last time is taken if it is whole. Any number of threads and
     * processes may do so at once: each file is downloaded by one of them.
     *
     * @throws EmbarkException {@link ErrorCode#MODEL_NOT_FOUND} if the hub has no such model or revision or gives no access to
     *     it, or the hub may not be asked and the cache does not have it; {@link ErrorCode#MODEL_INVALID} if
     *     what arrives is not what the hub lists; {@link ErrorCode#MODEL_UNSUPPORTED} if the only weights are programs; {@link
     *     ErrorCode#OPTION_INVALID} if the cache cannot be written; {@link ErrorCode#RUN_FAILED} if the network
     *     fails and the cache does not help, or the disk is full
     */
    public static HubModel resolve(HubReference reference, HubSettings settings, DownloadProgress progress) {
        requireNonNull(reference, "reference is null");
        requireNonNull(settings, "settings is null");
        requireNonNull(progress, "progress is null");
        HubCache cache = new HubCache(settings, reference);
        Optional<String> known =
                reference.isPinned() ? Optional.of(reference.revision()) : cache.commit(reference.revision());
        if (settings.offline()) {
            return cached(reference, cache, known);
        }
        if (reference.isPinned()
                && CachedSnapshot.missing(cache, reference.revision(), Trust.KNOWN)
                        .isEmpty()) {
            return in(cache, reference);
        }

        Optional<String> whole = known.filter(
                commit -> CachedSnapshot.missing(cache, commit, Trust.ASSUMED).isEmpty());
        HubClient client = new HubClient(settings);
        HubListing listing;
        try {
            listing = client.listing(reference, whole.isPresent() ? 1 : HubRetries.ATTEMPTS);
        } catch (EmbarkException e) {
            if (e.code() == ErrorCode.RUN_FAILED && whole.isPresent()) {
                return in(cache, reference.at(whole.get()));
            }
            throw e;
        }

        HubReference pinned = reference.at(listing.commit());
        new HubSnapshot(client, settings, cache, pinned, listing, progress).complete();
        // Only now: without a network, whoever reads it may rely on the snapshot.
        cache.rememberCommit(reference.revision(), listing.commit());
        return in(cache, pinned);
    }

    private static HubModel cached(HubReference reference, HubCache cache, Optional<String> commit) {
        String remedy = "Unset HF_HUB_OFFLINE and TRANSFORMERS_OFFLINE to download it, or name a folder.";
        if (commit.isEmpty()) {
            throw ModelProblem.notFound(
                    "model %s: not in the cache".formatted(reference),
                    "HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE is set, and the cache does not know which commit '%s' is."
                            .formatted(reference.revision()),
                    remedy);
        }

        Set<String> missing = CachedSnapshot.missing(cache, commit.get(), Trust.ASSUMED);
        if (!missing.isEmpty()) {
            throw ModelProblem.notFound(
                    "model %s: not whole in the cache".formatted(reference),
                    "HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE is set, and %s has no %s."
                            .formatted(cache.snapshot(commit.get()), ModelProblem.show(String.join(", ", missing))),
                    remedy);
        }
        return in(cache, reference.at(commit.get()));
    }

    private static HubModel in(HubCache cache, HubReference pinned) {
        return new HubModel(cache.snapshot(pinned.revision()), pinned);
    }
}
