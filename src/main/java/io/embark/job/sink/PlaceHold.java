/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink;

/**
 * What keeps other refreshes away from a place while it is open.
 *
 * @hidden Public for Embark's other rooms only.
 */
@FunctionalInterface
public interface PlaceHold extends AutoCloseable {
    /** That of a place which keeps nobody away by itself. */
    PlaceHold NONE = () -> {};

    /** Lets the next refresh in. What cannot be released any more ends with the connection that it hangs on. */
    @Override
    void close();
}
