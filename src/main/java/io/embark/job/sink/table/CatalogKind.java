/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.job.sink.OutputErrors;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkKind;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.folder.FolderFormat;
import io.embark.job.table.SparkCall;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.catalog.V1Table;

/**
 * Tables whose format commits by itself: those of any catalog but the session's, and in the session's those that a format has
 * brought its own tables for, such as Delta Lake, by their names or by their paths.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class CatalogKind implements SinkKind {
    @Override
    public List<String> formats() {
        return List.of(DeltaTables.FORMAT);
    }

    @Override
    public boolean opens(SparkSession spark, SinkRequest request) {
        return request.path().isPresent()
                ? isDelta(request)
                : request.table().filter(name -> opens(spark, name, request)).isPresent();
    }

    private static boolean isDelta(SinkRequest request) {
        return request.format().filter(DeltaTables.FORMAT::equalsIgnoreCase).isPresent();
    }

    private static boolean opens(SparkSession spark, String name, SinkRequest request) {
        NamedTable table = named(spark, name);
        boolean ofFiles = request.format()
                .map(format -> FolderFormat.named(format).isPresent())
                .orElse(true);
        return !table.isOfTheSession()
                || !ofFiles
                || table.find().filter(there -> !(there instanceof V1Table)).isPresent();
    }

    private static NamedTable named(SparkSession spark, String name) {
        return NamedTable.of(spark, name, "output table " + name);
    }

    @Override
    public Sink open(SparkSession spark, SinkRequest request) {
        OutputErrors.requireNoPlace(request.options().keySet());
        NamedTable table = request.path()
                .map(path -> atPath(spark, path))
                .orElseGet(() -> named(spark, request.table().orElseThrow()));
        if (isDelta(request) && table.isOfTheSession()) {
            DeltaTables.requireCatalog(table);
        }
        new CatalogMode(spark, request).requireOptionsAreRead(table.output(), table.format(request.format()));
        return new CatalogSink(spark, table, request);
    }

    private static NamedTable atPath(SparkSession spark, String path) {
        String output = "output " + path;
        Path folder = SparkCall.translate(
                () -> {
                    FileSystem files =
                            new Path(path).getFileSystem(spark.sessionState().newHadoopConf());
                    return new Path(path).makeQualified(files.getUri(), files.getWorkingDirectory());
                },
                e -> OutputErrors.isUnreachable(output, e));
        return NamedTable.ofDelta(spark, folder, output);
    }
}
