/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.files;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * The files of a folder that lies elsewhere, as whoever can reach it knows them.
 *
 * @hidden Public for Embark's other rooms only.
 */
public interface RemoteFiles {
    /**
     * Every file of the folder and of those in it.
     *
     * @throws java.io.FileNotFoundException if there is no such folder
     * @throws IOException if it cannot be listed
     */
    List<RemoteFile> list() throws IOException;

    /**
     * Opens a file; the caller closes it.
     *
     * @param name one of those in the list
     * @throws IOException if it cannot be read
     */
    InputStream open(String name) throws IOException;
}
