/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.host;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.Shown;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** What this room refuses, one method for each mistake. */
final class HostErrors {
    /** The environment variable that names the cache directory. */
    static final String CACHE_VARIABLE = "EMBARK_CACHE_DIR";

    private static final String OWN_CACHE = "Set option cache-dir, or " + CACHE_VARIABLE
            + ", to a folder that this user owns and nobody else can write to.";

    private static final String OTHER_CACHE = "Set option cache-dir, or " + CACHE_VARIABLE
            + ", to a writable folder on a file system not mounted noexec.";

    private HostErrors() {}

    static EmbarkException cacheIsNoPath(String chosen, InvalidPathException thrown) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option cache-dir: '%s' is not a path".formatted(Shown.value(chosen)),
                "The system says: %s.".formatted(Shown.value(thrown.getMessage())),
                OTHER_CACHE,
                thrown);
    }

    static EmbarkException cacheIsNotWritable(Path folder, IOException thrown) {
        return new EmbarkException(
                ErrorCode.NATIVES_UNAVAILABLE,
                "cache directory %s: cannot be written".formatted(Shown.line(folder.toString())),
                "The system says: %s.".formatted(Shown.value(thrown)),
                OTHER_CACHE,
                thrown);
    }

    static EmbarkException placeIsTaken(Path folder) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "cache directory %s: belongs to another user".formatted(Shown.line(folder.toString())),
                "This user has no home to keep a cache in, and that is its place among the temporary files.",
                OWN_CACHE);
    }

    static EmbarkException nothingIsExecuted(Path folder) {
        return new EmbarkException(
                ErrorCode.NATIVES_UNAVAILABLE,
                "cache directory %s: nothing may be executed from it".formatted(Shown.line(folder.toString())),
                "Native libraries are loaded from there, and its file system is mounted noexec.",
                OTHER_CACHE);
    }
}
