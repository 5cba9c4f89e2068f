/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.job.sink.SinkRequest;

/**
 * A kind of server that keeps rows by key, by the name that {@code --output-format} has for it. Jars add more of them as
 * services of this type ({@link java.util.ServiceLoader}).
 *
 * @hidden Public for Embark's other rooms only.
 */
public interface StoreFormat {
    /** The name, in small letters. */
    String name();

    /**
     * The store that a request names. Nothing is looked at but the request, the environment and files of credentials; no server
     * is asked.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_UNKNOWN} for an option that the store does not have; {@link
     *     ErrorCode#OPTION_INVALID} for one that is missing or has no possible value
     */
    Store open(SinkRequest request);
}
