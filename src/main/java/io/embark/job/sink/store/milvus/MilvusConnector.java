/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import io.embark.job.sink.VectorType;
import io.embark.job.sink.store.StoreConnector;
import io.embark.job.sink.store.StoreSession;
import java.util.Collections;
import java.util.List;

/**
 * Connects tasks to a collection.
 *
 * @param rows turns rows into those of the collection
 * @param batchRows the most rows of a message
 * @param lite whether the server is Milvus Lite, which takes one request at a time
 */
record MilvusConnector(MilvusAddress address, MilvusRows rows, int batchRows, boolean lite) implements StoreConnector {
    /** Some hosts take messages of 64 MB, the server itself of 256 MB or more; the queues behind it like small ones. */
    private static final long BATCH_BYTES = 8 << 20;

    @Override
    public String description() {
        return "milvus " + address.output();
    }

    @Override
    public List<VectorType> vectorTypes() {
        return Collections.nCopies(rows.vectors().size(), VectorType.VECTOR);
    }

    @Override
    public long batchBytes() {
        return BATCH_BYTES;
    }

    @Override
    public StoreSession open() throws InterruptedException {
        MilvusTurns turns = new MilvusTurns(lite);
        MilvusCollection collection = new MilvusCollection(address);
        try {
            turns.take(() -> {
                collection.load();
                return null;
            });
        } catch (RuntimeException | InterruptedException e) {
            collection.close();
            throw e;
        }
        return new MilvusSession(collection, rows, turns);
    }

    @Override
    public boolean isTransient(Exception thrown) {
        return MilvusCollection.isTransient(thrown);
    }
}
