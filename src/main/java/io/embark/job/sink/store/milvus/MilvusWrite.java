/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import io.embark.job.sink.store.StoreConnector;
import io.embark.job.sink.store.StoreWrite;

/**
 * A run's write. Rows are in as soon as their batch is, so there is nothing to put in place or to take back.
 *
 * @param load makes rows readable once more, whatever happened to the server meanwhile
 */
record MilvusWrite(StoreConnector connector, Runnable load) implements StoreWrite {
    @Override
    public void commit() {
        load.run();
    }

    @Override
    public void close() {
        // Each task closes its own connection.
    }
}
