/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import com.google.gson.JsonObject;
import io.milvus.orm.iterator.QueryIterator;
import io.milvus.response.QueryResultsWrapper.RowRecord;
import io.milvus.shaded.io.grpc.Status;
import io.milvus.shaded.io.grpc.StatusRuntimeException;
import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.common.ConsistencyLevel;
import io.milvus.v2.common.IndexParam;
import io.milvus.v2.exception.MilvusClientException;
import io.milvus.v2.service.collection.request.CreateCollectionReq;
import io.milvus.v2.service.collection.request.CreateCollectionReq.CollectionSchema;
import io.milvus.v2.service.collection.request.DescribeCollectionReq;
import io.milvus.v2.service.collection.request.GetLoadStateReq;
import io.milvus.v2.service.collection.request.HasCollectionReq;
import io.milvus.v2.service.collection.request.LoadCollectionReq;
import io.milvus.v2.service.collection.response.DescribeCollectionResp;
import io.milvus.v2.service.index.request.CreateIndexReq;
import io.milvus.v2.service.index.request.DescribeIndexReq;
import io.milvus.v2.service.index.request.ListIndexesReq;
import io.milvus.v2.service.index.response.DescribeIndexResp.IndexDesc;
import io.milvus.v2.service.vector.request.DeleteReq;
import io.milvus.v2.service.vector.request.QueryIteratorReq;
import io.milvus.v2.service.vector.request.QueryReq;
import io.milvus.v2.service.vector.request.UpsertReq;
import io.milvus.v2.service.vector.response.QueryResp.QueryResult;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A connection to a collection, which may not be there yet. For one thread; closing it closes the connection. Its exceptions are
 * those of the SDK.
 */
final class MilvusCollection implements AutoCloseable {
    private static final long CLOSE_TIMEOUT_S = 5;

    /**
     * Of Milvus' own list in pkg/util/merr/errors.go: not ready, unavailable, too many requests, too fast; and not loaded, which
     * the next session does.
     */
    private static final Set<Integer> TRANSIENT_CODES = Set.of(1, 2, 4, 8, 101);

    /** What the SDK says of an older code that it has no name for, such as Milvus Lite's for what is not loaded. */
    private static final String UNNAMED_CODE = "Can't get the number of an unknown enum value.";

    /** The older code that stands beside: Milvus Lite gives 1 and this one for whatever it has no code for. */
    private static final int UNEXPECTED = 1;

    /** What the SDK itself does not try again, but for a deadline. A connection that breaks has any other. */
    private static final Set<Status.Code> FINAL = Set.of(
            Status.Code.INVALID_ARGUMENT,
            Status.Code.ALREADY_EXISTS,
            Status.Code.PERMISSION_DENIED,
            Status.Code.UNAUTHENTICATED,
            Status.Code.RESOURCE_EXHAUSTED,
            Status.Code.UNIMPLEMENTED);

    private final MilvusAddress address;
    private final MilvusClientV2 client;

    MilvusCollection(MilvusAddress address) {
        this.address = address;
        this.client = address.connect();
    }

    /** Whether the server is Milvus Lite. */
    boolean isLite() {
        return client.getServerVersion().contains("lite");
    }

    boolean exists() {
        return client.hasCollection(HasCollectionReq.builder()
                .databaseName(address.database())
                .collectionName(address.collection())
                .build());
    }

    DescribeCollectionResp describe() {
        return client.describeCollection(DescribeCollectionReq.builder()
                .databaseName(address.database())
                .collectionName(address.collection())
                .build());
    }

    /** @param properties what is said about the collection */
    void create(MilvusFields fields, Map<String, String> properties) {
        CollectionSchema schema =
                CollectionSchema.builder().enableDynamicField(false).build();
        fields.all().forEach(field -> schema.addField(field.toRequest(field.equals(fields.key()))));
        client.createCollection(CreateCollectionReq.builder()
                .databaseName(address.database())
                .collectionName(address.collection())
                .collectionSchema(schema)
                .properties(properties)
                .build());
    }

    /** The index of a field; empty if it has none. */
    Optional<IndexDesc> index(String field) {
        // Asked first, since describing an index that is not there is an error.
        boolean none = client.listIndexes(ListIndexesReq.builder()
                        .databaseName(address.database())
                        .collectionName(address.collection())
                        .fieldName(field)
                        .build())
                .isEmpty();
        return none
                ? Optional.empty()
                : Optional.ofNullable(client.describeIndex(DescribeIndexReq.builder()
                                .databaseName(address.database())
                                .collectionName(address.collection())
                                .fieldName(field)
                                .build())
                        .getIndexDescByFieldName(field));
    }

    /** Makes the index of each field that has none, and loads the collection: without both nobody can read it. */
    void makeSearchable(List<IndexParam> indexes) {
        for (IndexParam index : indexes) {
            if (index(index.getFieldName()).isEmpty()) {
                client.createIndex(CreateIndexReq.builder()
                        .databaseName(address.database())
                        .collectionName(address.collection())
                        .indexParams(List.of(index))
                        .sync(false)
                        .build());
            }
        }
        load();
    }

    /** Makes rows readable: Milvus Lite forgets that they are when it starts again, and somebody may have released them. */
    void load() {
        boolean loaded = client.getLoadState(GetLoadStateReq.builder()
                .databaseName(address.database())
                .collectionName(address.collection())
                .build());
        if (!loaded) {
            client.loadCollection(LoadCollectionReq.builder()
                    .databaseName(address.database())
                    .collectionName(address.collection())
                    .build());
        }
    }

    /** Puts each row in the place of the one with its key, and gives how many were taken. */
    long upsert(List<JsonObject> rows) {
        return client.upsert(UpsertReq.builder()
                        .databaseName(address.database())
                        .collectionName(address.collection())
                        .data(rows)
                        .build())
                .getUpsertCnt();
    }

    /** Gives rows that are there other values in some fields, the key's among them; those without a value get none. */
    void update(List<JsonObject> rows) {
        client.upsert(UpsertReq.builder()
                .databaseName(address.database())
                .collectionName(address.collection())
                .data(rows)
                .partialUpdate(true)
                .build());
    }

    /** Removes the rows for which an expression of Milvus is true. */
    void delete(String expression) {
        client.delete(DeleteReq.builder()
                .databaseName(address.database())
                .collectionName(address.collection())
                .filter(expression)
                .build());
    }

    /**
     * The first rows, by their keys, for which an expression of Milvus is true. What the SDK goes on with after them is never
     * asked: its own expression does not hide quotes in a key.
     *
     * @param expression "" for all
     */
    List<RowRecord> first(String expression, List<String> fields, int rows) {
        QueryIterator pages = client.queryIterator(QueryIteratorReq.builder()
                .databaseName(address.database())
                .collectionName(address.collection())
                .expr(expression)
                .outputFields(fields)
                .batchSize(rows)
                .consistencyLevel(ConsistencyLevel.STRONG)
                .build());
        List<RowRecord> first = pages.next();
        pages.close();
        return first;
    }

    /** The rows for which an expression of Milvus is true, all that were written before this call among them. */
    List<Map<String, Object>> read(String expression, List<String> fields) {
        return client
                .query(QueryReq.builder()
                        .databaseName(address.database())
                        .collectionName(address.collection())
                        .filter(expression)
                        .outputFields(fields)
                        .consistencyLevel(ConsistencyLevel.STRONG)
                        .build())
                .getQueryResults()
                .stream()
                .map(QueryResult::getEntity)
                .toList();
    }

    /** Whether the same request can succeed a moment later. */
    static boolean isTransient(Throwable thrown) {
        for (Throwable link = thrown; link != null; link = link.getCause()) {
            if (link instanceof StatusRuntimeException rpc) {
                return !FINAL.contains(rpc.getStatus().getCode());
            }
            if (link instanceof MilvusClientException server && server.getServerErrCode() != 0) {
                return TRANSIENT_CODES.contains(server.getServerErrCode())
                        && server.getLegacyServerCode() != UNEXPECTED;
            }
            if (link instanceof IllegalArgumentException && UNNAMED_CODE.equals(link.getMessage())) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        try {
            client.close(CLOSE_TIMEOUT_S);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
