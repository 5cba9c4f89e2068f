/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.Option;
import io.embark.base.Redaction;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.Settings;
import io.embark.job.sink.Sink;
import io.embark.job.stage.StageFolder;
import io.embark.job.table.Failures;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the stage of a target lies: beside the folder that the target is, or that keeps its state; for a table that has none of its own below the folder
 * that was named, else below {@code .embark/stage} in the home of whoever runs this, on the file system that executors share.
 *
 * @param files its file system
 * @param target what the stage is named for, and lies beside
 */
record StagePlace(FileSystem files, Path target) {
    private static final Logger LOG = LoggerFactory.getLogger(StagePlace.class);
    private static final String HOME = ".embark/stage";

    /** Behind the name of what a stage is for; no output is called so. */
    private static final String OF_SOURCE = ".embark-source";

    private static final String OF_REQUEST = ".embark-request-";

    static StagePlace of(RefreshCall refresh) throws IOException {
        StagePlace place = ofTarget(refresh);
        return refresh.compares()
                ? place
                : new StagePlace(place.files(), place.target().suffix(request(refresh)));
    }

    /**
     * Tells runs that compare nothing by what they read and write: the rows that one of them put aside are none that another one
     * into the same output is done with.
     */
    private static String request(RefreshCall refresh) {
        Settings settings = refresh.settings();
        Map<String, String> told = new TreeMap<>();
        for (Option<String> setting : List.of(
                JobSettings.INPUT,
                JobSettings.TABLE,
                JobSettings.SQL,
                JobSettings.FORMAT,
                JobSettings.WHERE,
                JobSettings.ID_COLUMN)) {
            settings.find(setting).ifPresent(value -> told.put(setting.key(), value));
        }
        for (Option<String> entries : List.of(JobSettings.SOURCE_OPTION, JobSettings.SINK_OPTION)) {
            settings.entries(entries).forEach((name, value) -> {
                if (!Redaction.isSecret(name)) {
                    told.put(entries.key() + "." + name, value);
                }
            });
        }
        return OF_REQUEST + Integer.toHexString(told.hashCode());
    }

    private static StagePlace ofTarget(RefreshCall refresh) throws IOException {
        Sink sink = refresh.keeper();
        Optional<String> stage = refresh.settings().find(JobSettings.STAGE);
        Configuration conf = refresh.embed().spark().sessionState().newHadoopConf();
        if (stage.isPresent()) {
            return in(new Path(stage.get()), sink, conf);
        }
        if (sink.folder().isPresent()) {
            Path folder = new Path(sink.folder().get());
            FileSystem files = folder.getFileSystem(conf);
            return new StagePlace(files, files.makeQualified(folder));
        }
        FileSystem shared = FileSystem.get(conf);
        return in(new Path(shared.getHomeDirectory(), HOME), sink, conf);
    }

    /** Where the rows of the source lie while a run compares them: beside its stage, which outlives a run that fails. */
    StagePlace ofSource() {
        return new StagePlace(files, target.suffix(OF_SOURCE));
    }

    /** Removes what killed runs kept for an output that has all of it now; a run over some of the rows cannot tell. */
    static void discardLeft(RefreshCall refresh) {
        if (refresh.isOfAPart()) {
            return;
        }
        try {
            StagePlace at = of(refresh);
            StageFolder.discardLeft(at.files(), at.target());
            StageFolder.discardLeft(at.files(), at.ofSource().target());
        } catch (IOException e) {
            LOG.warn("Not looked at: stages of {}: {}", refresh.sink().description(), Failures.rootLine(e));
        }
    }

    private static StagePlace in(Path folder, Sink sink, Configuration conf) throws IOException {
        FileSystem files = folder.getFileSystem(conf);
        String name = sink.reference().replaceAll("[^A-Za-z0-9_.-]+", "_").replaceFirst("^[._]+", "");
        // Two names that differ in other letters only are not one.
        String told =
                "%s-%s".formatted(name, Integer.toHexString(sink.reference().hashCode()));
        return new StagePlace(files, files.makeQualified(new Path(folder, told)));
    }
}
