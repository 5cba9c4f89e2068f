/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Collections of Milvus, Milvus Lite and Zilliz Cloud, by the SDK of Milvus. These classes go into a jar of their own with the
 * SDK, which {@code src/milvus/pom.xml} makes, and into no other; whoever has that jar beside Embark's can write to Milvus.
 *
 * <p>Read {@code MilvusFormat} first; then {@code MilvusOptions} (what can be asked for), {@code MilvusStore} (the way of a
 * write on the driver), {@code MilvusFields} with {@code MilvusField} and {@code MilvusName} (columns as fields), {@code MilvusCheck} with {@code
 * MilvusLabel} (what is there already), {@code MilvusSession} with {@code MilvusRows} (the way of a row in a task) and {@code
 * MilvusCollection} (the only one that calls the SDK's client).
 */
package io.embark.job.sink.store.milvus;
