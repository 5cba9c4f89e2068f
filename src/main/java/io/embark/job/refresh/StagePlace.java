/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.job.sink.Sink;
import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/**
 * Where the stage of a target lies: beside the folder that the target is; for a table that has none of its own below the folder
 * that was named, else below {@code .embark/stage} in the home of whoever runs this, on the file system that executors share.
 *
 * @param files its file system
 * @param target what the stage is named for, and lies beside
 */
record StagePlace(FileSystem files, Path target) {
    private static final String HOME = ".embark/stage";

    static StagePlace of(SparkSession spark, Sink sink, Optional<String> stage) throws IOException {
        Configuration conf = spark.sessionState().newHadoopConf();
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

    private static StagePlace in(Path folder, Sink sink, Configuration conf) throws IOException {
        FileSystem files = folder.getFileSystem(conf);
        String name = sink.reference().replaceAll("[^A-Za-z0-9_.-]+", "_").replaceFirst("^[._]+", "");
        // Two names that differ in other letters only are not one.
        String told =
                "%s-%s".formatted(name, Integer.toHexString(sink.reference().hashCode()));
        return new StagePlace(files, files.makeQualified(new Path(folder, told)));
    }
}
