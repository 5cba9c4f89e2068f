/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import io.embark.model.files.DownloadProgress;
import io.embark.model.files.FolderFiles;
import io.embark.model.files.ModelFile;
import io.embark.model.files.ModelProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Fills the snapshot of one commit from the hub, as its files are asked for and as far as it is not filled yet. For one thread. */
final class HubSnapshot implements FolderFiles.Source {
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

    @Override
    public Optional<ModelFile> fetch(String name) {
        if (!listing.names().contains(name)) {
            cache.rememberAbsent(pinned.revision(), name);
            return Optional.empty();
        }

        HubFile file = listing.files().get(name).orElseGet(() -> client.describe(pinned, name));
        Path pointer = cache.snapshot(pinned.revision()).resolve(name);
        try {
            if (!file.isIntact(pointer)) {
                download.fetch(file);
                cache.link(pinned.revision(), file);
            }
        } catch (IOException e) {
            throw ModelProblem.unreadable(pointer, e);
        }
        return file.described();
    }

    @Override
    public Stream<String> names(String directory) {
        return listing.namesIn(directory);
    }
}
