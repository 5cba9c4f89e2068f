/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import io.embark.EmbedOptions;
import io.embark.model.ModelFolder;
import io.embark.model.ModelReference;
import io.embark.model.files.DownloadProgress;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkFiles;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/** Where an executor gets a model from. Travels with the plan. */
sealed interface ModelSource extends Serializable {
    /** Opens the model; one of another fingerprint is refused. */
    ModelFolder open(String reference, String fingerprint, EmbedOptions options);

    /**
     * The executor's own host: the bundled model, a folder that each host has, or that Spark unpacked from an archive.
     *
     * @param written as the query names it
     * @param found what that was on the driver
     */
    record Host(String written, String found) implements ModelSource {
        @Override
        public ModelFolder open(String reference, String fingerprint, EmbedOptions options) {
            // The place of an archive is another one in each executor.
            boolean isHere = parents().stream().anyMatch(parent -> Files.isDirectory(parent.resolve(written)));
            ModelFolder folder = ModelReference.read(isHere ? written : found, parents())
                    .open(options, ModelReference.WITHOUT_SPARK, DownloadProgress.NONE);
            folder.requireFingerprint(fingerprint);
            return folder;
        }

        /** Where folders are looked for that are named without the whole way: the working directory, then Spark's archives. */
        static List<Path> parents() {
            Stream<Path> archives =
                    SparkEnv.get() == null ? Stream.empty() : Stream.of(Path.of(SparkFiles.getRootDirectory()));
            return Stream.concat(Stream.of(Path.of("")), archives).toList();
        }
    }

    /** A file system of Hadoop. */
    record Hadoop(Broadcast<SerializableConfiguration> conf) implements ModelSource {
        @Override
        public ModelFolder open(String reference, String fingerprint, EmbedOptions options) {
            return ModelFolder.copy(
                    reference, new HadoopFiles(reference, conf.value().value()), options, fingerprint);
        }
    }

    /** The driver. */
    record Driver(ServedFiles files) implements ModelSource {
        @Override
        public ModelFolder open(String reference, String fingerprint, EmbedOptions options) {
            return ModelFolder.copy(reference, files, options, fingerprint);
        }
    }
}
