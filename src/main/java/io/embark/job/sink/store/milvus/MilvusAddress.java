/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import io.milvus.v2.client.ConnectConfig;
import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.client.RetryConfig;
import java.io.Serializable;

/**
 * Where a collection is. It travels to the tasks.
 *
 * @param uri the server, as {@code http://HOST:PORT} or {@code https://HOST:PORT}
 * @param database the database of the server; null for its default
 * @param collection the collection's name
 * @param token {@code USER:PASSWORD} or a key of Zilliz Cloud; null for a server that asks for none
 */
record MilvusAddress(String uri, String database, String collection, String token) implements Serializable {
    /** How long the SDK waits for a server that refuses, before it says so. */
    private static final long CONNECT_TIMEOUT_MS = 10_000;

    private static final long CALL_TIMEOUT_MS = 120_000;

    /** Opens a connection, which must be closed. */
    MilvusClientV2 connect() {
        MilvusClientV2 client = new MilvusClientV2(ConnectConfig.builder()
                .uri(uri)
                .dbName(database)
                .token(token)
                .connectTimeoutMs(CONNECT_TIMEOUT_MS)
                .rpcDeadlineMs(CALL_TIMEOUT_MS)
                .build());
        // What is tried again, and how often, is ruled in one place for all stores.
        return client.withRetry(RetryConfig.builder().maxRetryTimes(1).build());
    }

    /** The collection as errors call it. */
    String output() {
        return "collection " + collection;
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "%s at %s%s".formatted(collection, uri, database == null ? "" : ", database " + database);
    }
}
