/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.files;

import static java.util.Objects.requireNonNull;

/**
 * One file that a model is made of.
 *
 * @param name the path inside the model's folder, with {@code /} between its parts: {@code 1_Pooling/config.json}
 * @param bytes its size
 * @param sha256 the SHA-256 of its content, 64 lower-case hexadecimal digits
 * @hidden Public for Embark's other rooms only.
 */
public record ModelFile(String name, long bytes, String sha256) {
    /** Refuses null. */
    public ModelFile {
        requireNonNull(name, "name is null");
        requireNonNull(sha256, "sha256 is null");
    }
}
