/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store;

/**
 * One run's write into a store, on the driver. Closed without {@link #commit} it undoes what can be undone: for modes that
 * promise it, readers see nothing of a run that failed; rows that were updated by key stay.
 *
 * @hidden Public for Embark's other rooms only.
 */
public interface StoreWrite extends AutoCloseable {
    /** What tasks write through. */
    StoreConnector connector();

    /** Puts what all tasks wrote in its place, where the mode kept it apart till now. */
    void commit();

    @Override
    void close();
}
