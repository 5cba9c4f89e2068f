/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.EmbedOptions;
import io.embark.job.sink.Changes;
import io.embark.job.sink.RefreshingContract;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkKind;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.sink.store.StoreKind;
import io.embark.job.source.Source;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A collection of Milvus Lite is brought up to date as every place is. */
@Tag("milvus")
class MilvusRefreshingTest extends RefreshingContract {
    private static final String COLLECTION = "refreshed";

    private final MilvusServer server = MilvusServer.ofTests();

    @BeforeEach
    void makeWay() {
        server.drop(COLLECTION);
    }

    @Override
    protected SinkKind kind() {
        return new StoreKind();
    }

    @Override
    protected SinkRequest place(WriteMode mode) {
        return server.request(COLLECTION, mode, Map.of());
    }

    @Override
    protected boolean takesNullVectors() {
        return false;
    }

    @Override
    protected boolean takesNullKeys() {
        return false;
    }

    @Override
    protected String awkward() {
        return "awkward";
    }

    /** Milvus has one key, which stands for both. */
    @Test
    void chunksAreFoundByTheirDocumentAndNumber() {
        StructType schema = new StructType()
                .add("doc", "string")
                .add("chunk", "int")
                .add("title", "string")
                .add(
                        "embedding",
                        "array<float>",
                        true,
                        EmbeddingMetadata.of("m", "f", 2, EmbedOptions.defaults())
                                .toMetadata());
        Dataset<Row> rows = spark().createDataFrame(
                        List.of(
                                RowFactory.create("a\"b", 0, "old", new float[] {1, 2}),
                                RowFactory.create("a\"b", 1, "old", new float[] {3, 4}),
                                RowFactory.create("c", 0, "old", new float[] {5, 6})),
                        schema);
        Sink sink = kind().open(
                        spark(),
                        new SinkRequest(
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of("milvus"),
                                WriteMode.APPEND,
                                place(WriteMode.APPEND).options(),
                                List.of(),
                                List.of("doc", "chunk"),
                                Optional.empty(),
                                false));
        sink.check(schema, Source.of(rows, "test", Optional.empty(), true));
        sink.write(rows);
        Dataset<Row> there = refreshing(sink).there().orElseThrow();
        assertThat(Arrays.asList(there.columns())).containsExactlyInAnyOrder(schema.fieldNames());

        Dataset<Row> changes = spark().createDataFrame(
                        List.of(
                                RowFactory.create("a\"b", 0, "new", null, Changes.UPDATE),
                                RowFactory.create("a\"b", 1, null, null, Changes.DELETE)),
                        schema.add(Changes.ACTION, "string"));
        refreshing(sink)
                .apply(new Changes(changes, List.of("doc", "chunk"), List.of("embedding"), List.of()), () -> {});
        assertThat(there.selectExpr("concat_ws(' ', doc, chunk, title, CAST(embedding AS STRING))")
                        .as(Encoders.STRING())
                        .collectAsList())
                .containsExactlyInAnyOrder("a\"b 0 new [1.0, 2.0]", "c 0 old [5.0, 6.0]");
    }
}
