/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import org.apache.spark.sql.SparkSession;

/**
 * Makes the sink for each kind of place. A new kind is one method here and one implementation of {@link Sink}.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Sinks {
    private Sinks() {}

    /** A folder of files, on any file system of Hadoop. */
    public static Sink folder(SparkSession spark, String path, SinkRequest request) {
        requireNoPath(request);
        requireKnownOptions(request);
        if (LiteralPath.hasColon(path)) {
            throw OutputErrors.hasColon("output " + path);
        }
        return new PathSink(spark, path, request);
    }

    /** A table of the session's catalog. */
    public static Sink table(SparkSession spark, String name, SinkRequest request) {
        requireNoPath(request);
        requireKnownOptions(request);
        return new TableSink(spark, name, request);
    }

    private static void requireKnownOptions(SinkRequest request) {
        FormatOptions.requireKnown("sink-option", request.format().sparkName(), request.options());
    }

    /** Spark's writers take the place as an option too, and would empty that one. */
    private static void requireNoPath(SinkRequest request) {
        request.options().keySet().stream()
                .filter("path"::equalsIgnoreCase)
                .findFirst()
                .ifPresent(option -> {
                    throw OutputErrors.optionIsThePlace(option);
                });
    }
}
