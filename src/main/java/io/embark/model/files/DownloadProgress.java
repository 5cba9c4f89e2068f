/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.files;

/**
 * Hears how far a download is. Called by the thread that downloads, which waits for it; at most once for each megabyte.
 *
 * @hidden Public for Embark's other rooms only.
 */
@FunctionalInterface
public interface DownloadProgress {
    /** Hears nothing. */
    DownloadProgress NONE = (file, bytesDone, bytesTotal) -> {};

    /**
     * So much of a file is there.
     *
     * @param file its path inside the model, such as {@code model.safetensors}
     * @param bytesDone bytes on disk, those of an earlier, broken off download included; it can fall where a download has to
     *     start again
     * @param bytesTotal the size of the file
     */
    void downloaded(String file, long bytesDone, long bytesTotal);
}
