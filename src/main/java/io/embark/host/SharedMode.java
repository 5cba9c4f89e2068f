/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Lets those who may write into a folder use what is made in it, whatever mask their processes have. */
final class SharedMode {
    private static final int WRITERS = Owners.GROUP_WRITES | Owners.OTHERS_WRITE;

    private SharedMode() {}

    /**
     * Gives a file or folder that this process just made the writers of its folder, and to a folder its sticky bit. Not being
     * able to is no reason to fail: then others make their own.
     */
    static void inherit(Path made) {
        Path parent = made.toAbsolutePath().getParent();
        if (parent == null || !Owners.knowsOwners(made)) {
            return;
        }
        try {
            int above = (int) Files.getAttribute(parent, "unix:mode");
            int writers = above & WRITERS;
            if (writers != 0) {
                int mode = (int) Files.getAttribute(made, "unix:mode");
                // Who may write may read as well; in a folder, also search.
                int wanted = Files.isDirectory(made)
                        ? mode | writers | writers << 1 | writers >> 1 | (above & Owners.STICKY)
                        : mode | writers | writers << 1;
                Files.setAttribute(made, "unix:mode", wanted);
            }
        } catch (IOException | UnsupportedOperationException e) {
            // As said above.
        }
    }
}
