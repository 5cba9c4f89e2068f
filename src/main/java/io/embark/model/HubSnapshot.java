package io.embark.model;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Fills the snapshot of one commit from the hub, as far as it is not filled yet. For one thread. */
final class HubSnapshot implements NeededFiles.Source {
    private final HubClient client;
    private final HubCache cache;
    private final HubReference pinned;
    private final HubListing listing;
    private final HubDownload download;

    HubSnapshot(
            HubClient client,
            HubSettings settings,
            HubCache cache,
            HubReference pinned,
            HubListing listing,
            DownloadProgress progress) {
        this.client = client;
        this.cache = cache;
        this.pinned = pinned;
        this.listing = listing;
        this.download = new HubDownload(client, settings, cache, pinned, progress);
    }

    /** Downloads what is missing; after that the snapshot is whole. */
    void complete() {
        NeededFiles.visit(cache.snapshot(pinned.revision()), this);
    }

    @Override
    public Optional<Path> file(String name, boolean required) {
        if (!listing.names().contains(name)) {
            cache.rememberAbsent(pinned.revision(), name);
            return Optional.empty();
        }

        HubFile file = listing.files().get(name).orElseGet(() -> client.describe(pinned, name));
        Path pointer = cache.snapshot(pinned.revision()).resolve(name);
        try {
            if (!file.fits(pointer)) {
                download.fetch(file);
                cache.link(pinned.revision(), file);
            }
        } catch (IOException e) {
            throw ModelProblem.unreadable(pointer, e);
        }
        return Optional.of(pointer);
    }

    @Override
    public void withoutWeights(String directory) {
        List<String> programs = listing.namesIn(directory).stream()
                .filter(WeightsFiles::runsCode)
                .toList();
        String subject = "model %s%s".formatted(pinned, directory.isEmpty() ? "" : ", " + ModelProblem.show(directory));
        if (programs.isEmpty()) {
            throw ModelProblem.invalid(
                    "%s: no weights".formatted(subject),
                    "The hub lists neither model.safetensors nor model.safetensors.index.json there.",
                    "Take a revision that has them, or another model.");
        }
        throw ModelProblem.unsupported(
                "%s: the only weights are %s".formatted(subject, ModelProblem.show(programs.get(0))),
                "A pickle or TorchScript file runs code when it is read.",
                "Take a revision with safetensors (the branch refs/pr/N may have them), or convert the model: "
                        + "model.save_pretrained(folder, safe_serialization=True).");
    }
}
