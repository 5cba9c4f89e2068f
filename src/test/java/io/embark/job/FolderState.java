/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.base.Digests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.Stream;

/** All that lies in a folder, in a form that is equal as long as every byte, link and time is. */
public final class FolderState {
    private FolderState() {}

    /** A line for each file, folder and link beneath a folder; links are not followed. */
    public static String of(Path folder) throws IOException {
        StringBuilder state = new StringBuilder();
        try (Stream<Path> found = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) found.sorted()::iterator) {
                state.append(folder.relativize(path))
                        .append(' ')
                        .append(Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS));
                if (Files.isSymbolicLink(path)) {
                    state.append(" -> ").append(Files.readSymbolicLink(path));
                } else if (Files.isRegularFile(path)) {
                    state.append(' ')
                            .append(HexFormat.of().formatHex(Digests.sha256().digest(Files.readAllBytes(path))));
                }
                state.append('\n');
            }
        }
        return state.toString();
    }
}
