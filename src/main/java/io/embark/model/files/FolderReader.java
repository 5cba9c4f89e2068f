/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.files;

import java.util.Optional;

/**
 * Makes something of the files of a folder, such as a model; the files that it asks for are what that is made of.
 *
 * @hidden Public for Embark's other rooms only.
 */
public interface FolderReader<T> {
    /**
     * Asks for the files and reads them.
     *
     * @param reference where the files come from, for errors and for names
     */
    T read(String reference, FolderFiles files);

    /**
     * The file that decides what one of this name means, perhaps itself: whether it is there must be known before anything is
     * made of the other's being there or missing. Empty where there is no such file.
     */
    Optional<String> decisive(String name);
}
