package io.embark.model;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Looks whether a snapshot of the cache is whole. That it exists says nothing: Python downloads the files that somebody asks
 * for, and a download may have broken off.
 */
final class CachedSnapshot implements NeededFiles.Source {
    /** How sure to be of files without which a model may do. */
    enum Trust {
        /** Each must be there, or be known not to be part of the model. */
        KNOWN,
        /** One that is not there counts as not part of the model, as it does for Python without a network. */
        ASSUMED
    }

    private final HubCache cache;
    private final String commit;
    private final Trust trust;
    private final Set<String> missing = new TreeSet<>();

    private CachedSnapshot(HubCache cache, String commit, Trust trust) {
        this.cache = cache;
        this.commit = commit;
        this.trust = trust;
    }

    /** The names of the files that are missing, or may be; none if the snapshot is whole. */
    static Set<String> missing(HubCache cache, String commit, Trust trust) {
        CachedSnapshot files = new CachedSnapshot(cache, commit, trust);
        NeededFiles.visit(cache.snapshot(commit), files);
        return files.missing;
    }

    @Override
    public Optional<Path> file(String name, boolean required) {
        Path file = cache.snapshot(commit).resolve(name);
        if (Files.isRegularFile(file)) {
            return Optional.of(file);
        }
        if (!cache.isKnownAbsent(commit, name) && (required || trust == Trust.KNOWN)) {
            missing.add(name);
        }
        return Optional.empty();
    }

    @Override
    public void withoutWeights(String directory) {
        String file = directory.isEmpty() ? "model.safetensors" : directory + "/model.safetensors";
        if (!cache.isKnownAbsent(commit, file)) {
            missing.add(file);
        }
    }
}
