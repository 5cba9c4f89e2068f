/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.folder;

import io.embark.job.sink.OutputErrors;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkKind;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.table.LiteralPath;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/**
 * Folders of files, on any file system of Hadoop.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class FolderKind implements SinkKind {
    @Override
    public List<String> formats() {
        return FolderFormat.names();
    }

    @Override
    public boolean opens(SparkSession spark, SinkRequest request) {
        return request.path().isPresent() && FolderFormat.of(request).isPresent();
    }

    @Override
    public Sink open(SparkSession spark, SinkRequest request) {
        FolderFormat format = FolderFormat.checked(spark, request);
        String path = request.path().orElseThrow();
        if (LiteralPath.hasColon(path)) {
            throw OutputErrors.hasColon("output " + path);
        }
        return new PathSink(spark, path, format, request);
    }

    /** A folder that holds the files of a table, to add rows to them; the options are the table's own. */
    public static Sink appending(SparkSession spark, Path folder, FolderFormat format, Map<String, String> options) {
        return new PathSink(
                spark,
                folder.toString(),
                format,
                SinkRequest.folder(folder.toString(), WriteMode.APPEND).with(options));
    }
}
