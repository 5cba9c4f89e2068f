/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store;

import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkKind;
import io.embark.job.sink.SinkRequest;
import io.embark.job.table.KnownFormats;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/**
 * Stores that keep rows by key.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class StoreKind implements SinkKind {
    @Override
    public List<String> formats() {
        return Stream.concat(all().stream().map(StoreFormat::name), KnownFormats.stores().stream())
                .distinct()
                .sorted()
                .toList();
    }

    @Override
    public boolean opens(SparkSession spark, SinkRequest request) {
        return request.format()
                .map(StoreKind::inSmallLetters)
                .filter(formats()::contains)
                .isPresent();
    }

    @Override
    public Sink open(SparkSession spark, SinkRequest request) {
        String name = request.format().map(StoreKind::inSmallLetters).orElseThrow();
        StoreFormat format = all().stream()
                .filter(known -> known.name().equals(name))
                .findFirst()
                .orElseThrow(() -> StoreErrors.jarIsMissing(
                        name, KnownFormats.storeCoordinate(name).orElseThrow()));
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

    private static String inSmallLetters(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** Those of this jar and of every other one that Spark's driver has. */
    private static List<StoreFormat> all() {
        return ServiceLoader.load(StoreFormat.class, Thread.currentThread().getContextClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }
}
