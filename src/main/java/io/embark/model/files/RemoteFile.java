/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.files;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * A file that lies elsewhere, as it is listed there.
 *
 * @param name the path inside the model's folder, with {@code /} between its parts
 * @param bytes its size
 * @param modified when it was written, in milliseconds since 1970; 0 where that does not matter
 * @hidden Public for Embark's other rooms only.
 */
public record RemoteFile(String name, long bytes, long modified) implements Serializable {
    /** Refuses null. */
    public RemoteFile {
        requireNonNull(name, "name is null");
    }
}
