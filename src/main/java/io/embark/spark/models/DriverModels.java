/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import static java.util.Objects.requireNonNull;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.Stage;
import io.embark.encode.Embedder;
import io.embark.host.CacheDirectory;
import io.embark.model.ModelFolder;
import io.embark.model.ModelReference;
import io.embark.model.files.DownloadProgress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.WeakHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The models that an application names, as its driver opened them: as data, without native libraries and without loading the
 * weights. What a reference leads to stays the same until the application ends; only what succeeded is remembered. Thread-safe.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class DriverModels {
    /** More different models than the queries of one application name. */
    private static final int MOST = 256;

    private static final Map<SparkContext, DriverModels> BY_CONTEXT = new WeakHashMap<>();

    private final Map<EmbedOptions, Entry> entries = new LinkedHashMap<>(MOST, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<EmbedOptions, Entry> eldest) {
            return size() > MOST;
        }
    };

    private DriverModels() {}

    /** Threads that want the same model wait for the first of them. */
    private static final class Entry {
        ModelReference place;
        ModelFolder folder;
        PinnedModel pinned;
    }

    /**
     * Opens the model that the options name and holds the options against it, for a command that starts: a folder is read anew.
     * Where a session runs, its queries embed with this very model from then on.
     *
     * @param progress hears of what is copied or downloaded for it
     * @throws EmbarkException as {@link ModelReference#open} and {@link Embedder#check}
     */
    public static ModelFolder open(EmbedOptions options, DownloadProgress progress) {
        requireNonNull(options, "options is null");
        requireNonNull(progress, "progress is null");
        DriverModels models = ofActiveSession();
        models.forgetFolder(options);
        return models.checked(options, progress);
    }

    /** Holds the options against their model, which is opened unless it is known. */
    public static ModelFolder check(EmbedOptions options) {
        return ofActiveSession().checked(options, DownloadProgress.NONE);
    }

    private static DriverModels ofActiveSession() {
        return SparkSettings.activeSession()
                .map(session -> of(session.sparkContext()))
                .orElseGet(DriverModels::new);
    }

    private ModelFolder checked(EmbedOptions options, DownloadProgress progress) {
        ModelFolder folder = folder(options, progress).folder;
        Embedder.check(folder, options);
        return folder;
    }

    private void forgetFolder(EmbedOptions options) {
        Entry entry = entry(options);
        synchronized (entry) {
            if (entry.place == null || !entry.place.mayChange()) {
                return;
            }
        }
        synchronized (entries) {
            entries.remove(key(options), entry);
        }
    }

    public static DriverModels of(SparkContext context) {
        synchronized (BY_CONTEXT) {
            return BY_CONTEXT.computeIfAbsent(context, key -> new DriverModels());
        }
    }

    /** What executors need to open the model that the options name, which is opened unless it is known. */
    public PinnedModel pin(SparkContext context, EmbedOptions options) {
        Entry entry = folder(options, DownloadProgress.NONE);
        synchronized (entry) {
            if (entry.pinned == null) {
                entry.pinned = new PinnedModel(
                        entry.folder.reference(), entry.folder.fingerprint(), source(context, options, entry));
            }
            return entry.pinned;
        }
    }

    /** The reference of the model that the options name, with its commit if that is known by now. */
    public String reference(EmbedOptions options) {
        String written = options.get(EmbedOptions.MODEL);
        Entry entry = entry(options);
        synchronized (entry) {
            return entry.folder == null ? written : entry.folder.reference();
        }
    }

    private Entry entry(EmbedOptions options) {
        synchronized (entries) {
            return entries.computeIfAbsent(key(options), key -> new Entry());
        }
    }

    private Entry folder(EmbedOptions options, DownloadProgress progress) {
        Entry entry = entry(options);
        synchronized (entry) {
            if (entry.folder == null) {
                entry.place = ModelReference.read(options.get(EmbedOptions.MODEL), ModelSource.Host.parents());
                entry.folder = entry.place.open(options, uri -> new HadoopFiles(uri, conf()), progress);
            }
        }
        // Who names the commit means the same.
        if (entry.folder.revision().isPresent()) {
            synchronized (entries) {
                entries.putIfAbsent(key(options.with(EmbedOptions.MODEL, entry.folder.reference())), entry);
            }
        }
        return entry;
    }

    /** What tells models apart here: all that their folders are opened by, but how much the cache may hold. */
    static EmbedOptions key(EmbedOptions options) {
        return options.only(Stage.OPEN)
                .with(EmbedOptions.CACHE_DIR, CacheDirectory.of(options).path().toString())
                .with(EmbedOptions.CACHE_MEGABYTES, null);
    }

    private static ModelSource source(SparkContext context, EmbedOptions options, Entry entry) {
        ModelSource host = new ModelSource.Host(options.get(EmbedOptions.MODEL), entry.folder.reference());
        return switch (entry.place.reach()) {
            case HOST -> host;
            case FILE_SYSTEM ->
                new ModelSource.Hadoop(
                        JavaSparkContext.fromSparkContext(context).broadcast(new SerializableConfiguration(conf())));
            case HUB -> context.isLocal() ? host : new ModelSource.Driver(ServedFiles.of(entry.folder));
        };
    }

    private static Configuration conf() {
        return SparkSettings.activeSession()
                .map(session -> session.sessionState().newHadoopConf())
                .orElseGet(() -> SparkHadoopUtil.get().newConfiguration(new SparkConf()));
    }
}
