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
import io.embark.job.table.DataSourceClass;
import io.embark.job.table.SparkCall;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.catalog.Table;
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

    /** A data source that takes its path for a table of a catalog is opened too, so that the table can be asked for. */
    @Override
    public boolean opens(SparkSession spark, SinkRequest request) {
        return isATable(request)
                ? opens(spark, request.table().get(), request)
                : isDelta(request) || isOfCatalogs(spark, request);
    }

    private static boolean isATable(SinkRequest request) {
        return request.path().isEmpty() && request.table().isPresent();
    }

    private static boolean isDelta(SinkRequest request) {
        return request.format().filter(DeltaTables.FORMAT::equalsIgnoreCase).isPresent();
    }

    private static boolean isOfCatalogs(SparkSession spark, SinkRequest request) {
        return request.format()
                .flatMap(format -> DataSourceClass.find(spark, format))
                .filter(DataSourceClass::isOfCatalogs)
                .isPresent();
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
        boolean isDelta = isDelta(request);
        if (!isATable(request) && (!isDelta || request.path().isEmpty())) {
            throw CatalogErrors.nobodyNamesTheTable(request.format().orElseThrow(), isDelta);
        }
        OutputErrors.requireNoPlace(request.options().keySet());
        NamedTable table = request.path()
                .map(path -> atPath(spark, path))
                .orElseGet(() -> named(spark, request.table().orElseThrow()));
        if (isDelta && table.isOfTheSession()) {
            DeltaTables.requireCatalog(table);
        }
        Optional<Table> found = table.find();
        new CatalogMode(spark, request).requireOptionsAreRead(table.output(), table.format(found, request.format()));
        return new CatalogSink(spark, table, found, request);
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
