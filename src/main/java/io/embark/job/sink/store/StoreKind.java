/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store;

import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkKind;
import io.embark.job.sink.SinkRequest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import org.apache.spark.sql.SparkSession;

/**
 * Stores that keep rows by key.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class StoreKind implements SinkKind {
    @Override
    public List<String> formats() {
        return all().stream().map(StoreFormat::name).sorted().toList();
    }

    @Override
    public boolean opens(SparkSession spark, SinkRequest request) {
        return format(request).isPresent();
    }

    @Override
    public Sink open(SparkSession spark, SinkRequest request) {
        StoreFormat format = format(request).orElseThrow();
        request.path().ifPresent(path -> {
            throw StoreErrors.hasNoFolder(format.name(), "--output", path);
        });
        request.table().ifPresent(table -> {
            throw StoreErrors.hasNoFolder(format.name(), "--output-table", table);
        });
        if (!request.partitionBy().isEmpty()) {
            throw StoreErrors.hasNoPartitions(format.name());
        }
        if (request.keys().isEmpty()) {
            throw StoreErrors.noKey(format.name());
        }
        return new StoreSink(spark, format.open(request), request);
    }

    private static Optional<StoreFormat> format(SinkRequest request) {
        return request.format().flatMap(name -> all().stream()
                .filter(format -> format.name().equals(name.toLowerCase(Locale.ROOT)))
                .findFirst());
    }

    /** Those of this jar and of every other one that Spark's driver has. */
    private static List<StoreFormat> all() {
        return ServiceLoader.load(StoreFormat.class, Thread.currentThread().getContextClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }
}
