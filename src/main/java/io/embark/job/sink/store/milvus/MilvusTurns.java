/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Lets the tasks of this process ask Milvus Lite one after the other, and any other server at once. A collection of Milvus Lite is
 * not made for several writers; and if two requests are the first that ask for it after a start, even if one only reads, each
 * opens its log anew, and rows are lost that it had acknowledged.
 */
record MilvusTurns(boolean lite) {
    /** All tasks that write to Milvus Lite are in this process. */
    private static final Lock LITE = new ReentrantLock();

    <T> T take(Supplier<T> request) throws InterruptedException {
        if (!lite) {
            return request.get();
        }
        LITE.lockInterruptibly();
        try {
            return request.get();
        } finally {
            LITE.unlock();
        }
    }
}
