/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkKind;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.folder.FolderFormat;
import java.util.List;
import org.apache.spark.sql.SparkSession;

/**
 * Tables of catalogs.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class TableKind implements SinkKind {
    @Override
    public List<String> formats() {
        return FolderFormat.names();
    }

    @Override
    public boolean opens(SparkSession spark, SinkRequest request) {
        return request.table().isPresent() && FolderFormat.of(request).isPresent();
    }

    @Override
    public Sink open(SparkSession spark, SinkRequest request) {
        FolderFormat format = FolderFormat.checked(spark, request);
        return new TableSink(spark, request.table().orElseThrow(), format, request);
    }
}
