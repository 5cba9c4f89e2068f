/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.source;

import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkKind;
import io.embark.job.sink.SinkRequest;
import io.embark.job.table.DataSourceClass;
import io.embark.job.table.FormatOptions;
import io.embark.job.table.JdbcDriver;
import io.embark.job.table.KnownFormats;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/**
 * Data sources of Spark.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class SourceKind implements SinkKind {
    private static final String OPTION = "sink-option";

    @Override
    public List<String> formats() {
        return List.of();
    }

    /** One that is missing is opened too if it is known which jar it comes in, so that the jar can be named. */
    @Override
    public boolean opens(SparkSession spark, SinkRequest request) {
        if (request.table().isPresent() || request.format().isEmpty()) {
            return false;
        }
        String name = request.format().get();
        return DataSourceClass.find(spark, name)
                .map(source -> request.path().isPresent() || !source.isOfFiles())
                .orElseGet(() -> KnownFormats.coordinate(name).isPresent());
    }

    @Override
    public Sink open(SparkSession spark, SinkRequest request) {
        String name = request.format().orElseThrow();
        WrittenSource source =
                new WrittenSource(DataSourceClass.require(spark, "output-format", name, KnownFormats.names()));
        return new SourceSink(spark, source, source.isJdbc() ? request.with(ofDatabase(request.options())) : request);
    }

    /** The class of the driver is looked up here. */
    private static Map<String, String> ofDatabase(Map<String, String> given) {
        FormatOptions.requireKnown(OPTION, "jdbc", given);
        return JdbcDriver.named(OPTION, given);
    }
}
