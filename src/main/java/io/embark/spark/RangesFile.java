package io.embark.spark;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.encode.EncodingRanges;
import io.embark.spark.models.SparkSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Reads the ranges of an encoding on the driver, from any file system of Hadoop: executors get them with the options. */
public final class RangesFile {
    private RangesFile() {}

    /**
     * The options with the ranges themselves where they name a file of them, and without ranges where the encoding needs none.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if the file cannot be read or holds something else
     */
    public static EmbedOptions inlined(EmbedOptions options) {
        String ranges = options.get(EmbedOptions.ENCODING_RANGES);
        if (ranges == null) {
            return options;
        }
        if (!options.get(EmbedOptions.ENCODING).needsRanges()) {
            return options.with(EmbedOptions.ENCODING_RANGES, null);
        }

        EncodingRanges read = EncodingRanges.parse(EncodingRanges.isJson(ranges) ? ranges : content(ranges));
        return options.with(EmbedOptions.ENCODING_RANGES, read.toJson());
    }

    private static String content(String file) {
        try {
            Path path = new Path(file);
            try (InputStream content = path.getFileSystem(hadoopConf()).open(path)) {
                return new String(content.readAllBytes(), StandardCharsets.UTF_8);
            }
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
