/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store;

import java.util.List;

/**
 * A task's session with a store. Used by one thread.
 *
 * @hidden Public for Embark's other rooms only.
 */
public interface StoreSession extends AutoCloseable {
    /**
     * Puts rows in the place of those with their keys, or adds them: all of them, or the call throws. Keys are not null, and each
     * stands in one of the rows; the same call made again changes nothing more.
     */
    void upsert(List<StoreRow> rows) throws Exception;

    /**
     * Gives the rows with these keys the values of all columns of the table, and leaves their other columns as they are. All of
     * them, or the call throws; a row that is not there does not come to be, and the same call made again changes nothing more.
     */
    void update(List<StoreRow> rows) throws Exception;

    /** Removes the rows with these keys, wherever they are there: all of them, or the call throws. */
    void delete(List<StoreRow> rows) throws Exception;

    /**
     * The vectors that the store has under the keys of rows that were written, as a reader that comes now finds them.
     *
     * @return for each row, in order, {@code [vector column][component]}, null where a row has no vector; null for a row that
     *     is not there
     */
    List<double[][]> read(List<StoreRow> rows) throws Exception;

    /** Ends the session, in whatever state it is; what cannot be ended any more is left to the server. */
    @Override
    void close();
}
