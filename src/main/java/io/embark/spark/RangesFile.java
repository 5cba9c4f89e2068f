/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.EncodingRanges;
import io.embark.ErrorCode;
import io.embark.spark.models.SparkSettings;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Reads the ranges of an encoding on the driver, from any file system of Hadoop: executors get them with the options.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class RangesFile {
    private RangesFile() {}

    /**
     * The options with the ranges themselves where they name a file of them, and without ranges where the encoding needs none.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if the file cannot be read or holds something else
     */
    public static EmbedOptions inlined(EmbedOptions options) {
        EncodingRanges ranges = options.get(EmbedOptions.ENCODING_RANGES);
        if (ranges == null) {
            return options;
        }
        if (!options.get(EmbedOptions.ENCODING).needsRanges()) {
            return options.with(EmbedOptions.ENCODING_RANGES, null);
        }
        return ranges.file()
                .map(file -> options.with(EmbedOptions.ENCODING_RANGES, read(file)))
                .orElse(options);
    }

    private static EncodingRanges read(String file) {
        try {
            Path path = new Path(file);
            try (InputStream content = path.getFileSystem(hadoopConf()).open(path)) {
                return EncodingRanges.ofFile(content);
            }
        } catch (EmbarkException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // Hadoop throws any of them for a file system that is unknown or lacks its jar.
            throw EncodingRanges.unreadable(file, e);
        }
    }

    private static Configuration hadoopConf() {
        return SparkSettings.activeSession()
                .map(session -> session.sessionState().newHadoopConf())
                .orElseGet(Configuration::new);
    }
}
