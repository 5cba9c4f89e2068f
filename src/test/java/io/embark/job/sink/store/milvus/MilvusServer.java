/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import io.embark.job.embed.SinkKinds;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.milvus.v2.client.ConnectConfig;
import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.common.ConsistencyLevel;
import io.milvus.v2.common.DataType;
import io.milvus.v2.service.collection.request.CreateCollectionReq.FieldSchema;
import io.milvus.v2.service.collection.request.DescribeCollectionReq;
import io.milvus.v2.service.collection.request.DropCollectionReq;
import io.milvus.v2.service.collection.request.GetLoadStateReq;
import io.milvus.v2.service.collection.request.HasCollectionReq;
import io.milvus.v2.service.collection.request.ReleaseCollectionReq;
import io.milvus.v2.service.vector.request.QueryReq;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The server that these tests are given, as {@code .ci/proofs/milvus} does it, and a look at it past the sink.
 *
 * @param uri its address
 */
public record MilvusServer(String uri) {
    /** The greatest result of a query. */
    private static final long ALL = 16_384;

    public static MilvusServer ofTests() {
        return new MilvusServer(System.getProperty("embark.milvus.uri", "http://127.0.0.1:19530"));
    }

    /** The one that takes messages of 4 MB. */
    static MilvusServer ofSmallMessages() {
        return new MilvusServer(System.getProperty("embark.milvus.small", "http://127.0.0.1:19531"));
    }

    int port() {
        return java.net.URI.create(uri).getPort();
    }

    /** A request to write a collection whose key is {@code id}. */
    SinkRequest request(String collection, WriteMode mode, Map<String, String> more) {
        Map<String, String> options = new HashMap<>(Map.of("uri", uri, "collection", collection));
        options.putAll(more);
        return new SinkRequest(
                Optional.empty(),
                Optional.empty(),
                Optional.of("milvus"),
                mode,
                options,
                List.of(),
                List.of("id"),
                Optional.empty(),
                false);
    }

    /** What the command line says of a collection. */
    public List<String> words(String collection) {
        return List.of(
                "--output-format",
                "milvus",
                "--sink-option",
                "uri=" + uri,
                "--sink-option",
                "collection=" + collection);
    }

    /** All rows as a refresh reads them; empty if there is no collection. */
    public Optional<Dataset<Row>> there(SparkSession spark, String collection) {
        return SinkKinds.open(spark, request(collection, WriteMode.APPEND, Map.of()))
                .refreshing()
                .orElseThrow()
                .there();
    }

    /** How many rows there are. */
    long count(String collection) {
        return (long) ask(client -> client.query(QueryReq.builder()
                                .collectionName(collection)
                                .outputFields(List.of("count(*)"))
                                .consistencyLevel(ConsistencyLevel.STRONG)
                                .build())
                        .getQueryResults())
                .get(0)
                .getEntity()
                .get("count(*)");
    }

    boolean has(String collection) {
        return ask(client -> client.hasCollection(
                HasCollectionReq.builder().collectionName(collection).build()));
    }

    /** Whether rows can be read. */
    boolean isLoaded(String collection) {
        return ask(client -> client.getLoadState(
                GetLoadStateReq.builder().collectionName(collection).build()));
    }

    /** As a restart leaves a collection of Milvus Lite: rows go in, and none can be read. */
    void release(String collection) {
        ask(client -> {
            client.releaseCollection(
                    ReleaseCollectionReq.builder().collectionName(collection).build());
            return null;
        });
    }

    void drop(String collection) {
        if (has(collection)) {
            ask(client -> {
                client.dropCollection(
                        DropCollectionReq.builder().collectionName(collection).build());
                return null;
            });
        }
    }

    /** All rows of a collection with a key of numbers, as columns of Spark's types. */
    Dataset<Row> rows(SparkSession spark, String collection) {
        return rows(spark, collection, "id >= 0");
    }

    /** The rows of which an expression of Milvus is true. */
    Dataset<Row> rows(SparkSession spark, String collection, String filter) {
        StructType schema = schema(collection);
        List<String> fields = List.of(schema.fieldNames());
        List<Row> rows = new ArrayList<>();
        ask(client -> client.query(QueryReq.builder()
                                .collectionName(collection)
                                .filter(filter)
                                .outputFields(fields)
                                .limit(ALL)
                                .consistencyLevel(ConsistencyLevel.STRONG)
                                .build())
                        .getQueryResults())
                .forEach(found -> rows.add(RowFactory.create(fields.stream()
                        .map(field -> value(found.getEntity().get(field)))
                        .toArray())));
        return spark.createDataFrame(rows, schema);
    }

    private static Object value(Object value) {
        return value instanceof List<?> list ? list.toArray() : value;
    }

    private StructType schema(String collection) {
        StructType schema = new StructType();
        for (FieldSchema field : ask(client -> client.describeCollection(DescribeCollectionReq.builder()
                        .collectionName(collection)
                        .build()))
                .getCollectionSchema()
                .getFieldSchemaList()) {
            schema = schema.add(field.getName(), type(field.getDataType(), field.getElementType()));
        }
        return schema;
    }

    private static org.apache.spark.sql.types.DataType type(DataType type, DataType element) {
        return switch (type) {
            case Int32 -> DataTypes.IntegerType;
            case Int64 -> DataTypes.LongType;
            case VarChar -> DataTypes.StringType;
            case FloatVector -> DataTypes.createArrayType(DataTypes.FloatType);
            case Array -> DataTypes.createArrayType(type(element, null));
            default -> throw new IllegalArgumentException(type.toString());
        };
    }

    private <T> T ask(Function<MilvusClientV2, T> question) {
        MilvusClientV2 client = new MilvusClientV2(
                ConnectConfig.builder().uri(uri).connectTimeoutMs(60_000).build());
        try {
            return question.apply(client);
        } finally {
            client.close();
        }
    }
}
