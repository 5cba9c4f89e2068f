/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink;

import io.embark.spark.call.EmbeddingMetadata;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.types.StructType;

/**
 * The ranges of an output's codes, in a file among those of its rows: what {@code --encoding-ranges} takes, whatever the format
 * keeps with its columns. Where several columns have ranges, those of the last one.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class RangesRecord {
    /** Spark's readers pass over files whose names begin so. */
    public static final String FILE = "_embark_ranges.json";

    private RangesRecord() {}

    /** The ranges that the columns of a table say; empty if none has any. */
    public static Optional<String> of(StructType schema) {
        return EmbeddingMetadata.columns(schema).stream()
                .flatMap(column -> EmbeddingMetadata.of(column).stream())
                .flatMap(metadata -> metadata.ranges().stream())
                .reduce((first, second) -> second);
    }

    /** The ranges that lie in a folder; empty if there are none. */
    public static Optional<String> read(FileSystem files, Path folder) throws IOException {
        Path file = new Path(folder, FILE);
        if (!files.exists(file)) {
            return Optional.empty();
        }
        try (InputStream content = files.open(file)) {
            return Optional.of(new String(content.readAllBytes(), StandardCharsets.UTF_8).strip());
        }
    }

    /** Puts the ranges of a table that was written into its folder, unless some are there or it has none. */
    public static void write(FileSystem files, Path folder, StructType schema) throws IOException {
        Optional<String> ranges = of(schema);
        Path file = new Path(folder, FILE);
        if (ranges.isEmpty() || files.exists(file)) {
            return;
        }
        try (OutputStream content = files.create(file, false)) {
            content.write((ranges.get() + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }
}
