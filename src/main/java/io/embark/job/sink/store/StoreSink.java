/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store;

import io.embark.Encoding;
import io.embark.job.sink.AppendCheck;
import io.embark.job.sink.Capability;
import io.embark.job.sink.OutputErrors;
import io.embark.job.sink.Refreshing;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.VectorType;
import io.embark.job.sink.WriteMode;
import io.embark.job.source.Source;
import io.embark.job.table.Columns;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** A store as an output: each task sends its rows in batches, and a row that is sent twice is there once. */
final class StoreSink implements Sink {
    private final SparkSession spark;
    private final Store store;
    private final SinkRequest request;
    private final Optional<VectorType> vectorType;

    /** What is read, with the columns of the key that it has; null before the check. */
    private Dataset<Row> keyed;

    StoreSink(SparkSession spark, Store store, SinkRequest request) {
        this.spark = spark;
        this.store = store;
        this.request = request;
        this.vectorType =
                request.vectorType().map(name -> VectorType.named(name).orElseThrow());
    }

    @Override
    public void check(StructType schema, Source source) {
        StoreTable table = table(schema);
        KeyCheck.requireNames(schema, table.keys());
        for (String vector : table.vectors()) {
            EmbeddingMetadata metadata = table.metadata(vector);
            if (metadata.encoding().needsRanges() && metadata.ranges().isEmpty()) {
                throw OutputErrors.keepsNoRanges(store.description(), metadata.encoding());
            }
            if (vectorType.isPresent() && metadata.encoding() != Encoding.FLOAT32) {
                throw OutputErrors.codesHaveNoVectorType(metadata.encoding(), vectorType.get());
            }
        }
        if (request.mode() == WriteMode.APPEND) {
            // Before a store advises to leave its columns alone.
            AppendCheck.requireNoRecord(store.description(), store::columns, schema);
        }
        store.check(table);
        if (request.mode() == WriteMode.OVERWRITE) {
            store.requireWhole(source.rows());
        }
        keyed = source.rows();
    }

    @Override
    public void chosen(Dataset<Row> rows) {
        keyed = rows;
    }

    private StoreTable table(StructType schema) {
        List<String> vectors = EmbeddingMetadata.columns(schema).stream()
                .map(StructField::name)
                .toList();
        List<String> keys = request.keys().stream()
                .map(key -> Columns.find(schema, key, "id-column").name())
                .distinct()
                .toList();
        return new StoreTable(schema, keys, vectors, vectorType, request.mode());
    }

    @Override
    public void write(Dataset<Row> rows, Runnable beforeTheyAreSeen) {
        StoreTable table = table(rows.schema());
        List<String> read = Arrays.asList(keyed.schema().fieldNames());
        // Columns of the key that the run itself makes, such as the number of a chunk, tell rows of one text apart.
        KeyCheck.requireEachOnce(
                keyed, table.keys().stream().filter(read::contains).toList(), store.sameKeys(table));
        LengthCheck.requireFits(keyed, table.keys(), store.mostBytes(table));
        try (StoreWrite write = store.begin(table)) {
            rows.foreachPartition(new StoreTask(table, write.connector()));
            beforeTheyAreSeen.run();
            write.commit();
        }
    }

    @Override
    public Dataset<Row> read(StructType schema) {
        return store.read(spark, schema);
    }

    @Override
    public Optional<Refreshing> refreshing() {
        return Optional.of(new StoreRefreshing(spark, store, request.keys()));
    }

    @Override
    public boolean holdsThisRunAlone() {
        return request.mode() != WriteMode.APPEND;
    }

    @Override
    public Optional<String> recordedRanges() {
        return Optional.empty();
    }

    @Override
    public Optional<String> folder() {
        return Optional.empty();
    }

    @Override
    public String reference() {
        return store.description();
    }

    @Override
    public List<String> searchWords() {
        return store.searchWords();
    }

    @Override
    public Optional<String> searchAdvice() {
        return store.searchAdvice();
    }

    @Override
    public boolean makesVectorTypes() {
        return true;
    }

    @Override
    public Set<Capability> capabilities() {
        return store.capabilities();
    }

    @Override
    public String description() {
        return store.description();
    }
}
