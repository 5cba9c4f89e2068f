/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store;

import io.embark.job.sink.Changes;
import io.embark.job.sink.PlaceHold;
import io.embark.job.sink.Refreshing;
import io.embark.job.table.Columns;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.IntegralType;

/**
 * A store that is brought up to date. Whole rows go in as they are embedded, so that changes are those of rows that are there:
 * each task sends its own in batches, and a run that dies in the middle is made whole by the next.
 *
 * <p>A key is shown in the store's own type. Numbers may be wider there, as {@code bigint} for {@code int} where somebody else made
 * the table; none is cast back, since it may be too great for the narrower type.
 */
final class StoreRefreshing implements Refreshing {
    private final SparkSession spark;
    private final Store store;
    private final List<String> keys;

    StoreRefreshing(SparkSession spark, Store store, List<String> keys) {
        this.spark = spark;
        this.store = store;
        this.keys = keys;
    }

    @Override
    public Optional<Dataset<Row>> there() {
        return store.there(spark, keys);
    }

    @Override
    public boolean takesRowsAsTheyCome() {
        return true;
    }

    @Override
    public boolean keepsBytes() {
        return store.keepsBytes();
    }

    @Override
    public Column keyAsThere(String key, Column value) {
        return there().map(rows -> {
                    DataType type =
                            Columns.find(rows.schema(), key, "id-column").dataType();
                    boolean isNumber = type instanceof IntegralType || type instanceof DecimalType;
                    Column shown = store.shownKeys()
                            .getOrDefault(key, UnaryOperator.identity())
                            .apply(value);
                    return isNumber ? shown.cast(type) : shown;
                })
                .orElse(value);
    }

    @Override
    public PlaceHold hold() {
        return store.hold();
    }

    @Override
    public boolean apply(Changes changes, Runnable beforeTheyAreSeen) {
        StoreChanges known = StoreChanges.of(store, changes);
        Column[] read = Arrays.stream(changes.rows().columns())
                .filter(name -> !changes.kept().contains(name))
                .map(Columns::named)
                .toArray(Column[]::new);
        changes.rows().select(read).foreachPartition(known);
        beforeTheyAreSeen.run();
        return true;
    }
}
