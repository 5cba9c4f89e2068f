/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store;

import io.embark.job.sink.VectorType;
import java.io.Serializable;
import java.util.List;

/**
 * Opens a task's session with a store. Travels to executors, with all that a session needs, credentials included; its text shows
 * none of them.
 *
 * @hidden Public for Embark's other rooms only.
 */
public interface StoreConnector extends Serializable {
    /** The place, for errors: {@code postgresql table articles}. */
    String description();

    /** How the store keeps each of {@link StoreTable#vectors}, in their order; vectors are rounded so before they are sent. */
    List<VectorType> vectorTypes();

    /** The most rows that one call of {@link StoreSession#upsert} takes. */
    int batchRows();

    /** The most bytes of rows, as {@link StoreRow#bytes} estimates them, that one call takes, unless one row has more. */
    long batchBytes();

    /** Connects. */
    StoreSession open() throws Exception;

    /**
     * Whether the same call may succeed a little later, with a new session: the server restarts, is out of memory, two
     * transactions were in each other's way. Everything else is told at once.
     */
    boolean isTransient(Exception thrown);

    /** Whether two rows of one call have keys that differ here and are one there; the store does not say which. */
    default boolean tookKeysForOne(Exception thrown) {
        return false;
    }
}
