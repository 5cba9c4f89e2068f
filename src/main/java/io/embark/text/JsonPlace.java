/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import io.embark.EmbarkException;
import io.embark.base.Shown;
import java.nio.file.Path;
import java.util.Collection;
import java.util.TreeSet;

/**
 * A place in a {@code tokenizer.json}, for what is said about it.
 *
 * @param path such as {@code normalizer.normalizers[2].type}; empty for the whole file
 */
record JsonPlace(Path file, String path) {
    static JsonPlace root(Path file) {
        return new JsonPlace(file, "");
    }

    JsonPlace field(String name) {
        return new JsonPlace(file, path.isEmpty() ? name : path + "." + name);
    }

    JsonPlace element(int index) {
        return new JsonPlace(file, "%s[%s]".formatted(path, index));
    }

    /** @param must what the value has to be, to follow "must be" */
    EmbarkException refuse(String must, Object found) {
        return TokenizerErrors.unusableValue(
                file, path, "It must be %s, and is %s.".formatted(must, Shown.value(found)));
    }

    /** @param cause a sentence */
    EmbarkException refuse(String cause) {
        return TokenizerErrors.unusableValue(file, path, cause);
    }

    EmbarkException unknown(String found, Collection<String> known) {
        return TokenizerErrors.unknownPart(file, path, found, String.join(", ", new TreeSet<>(known)));
    }
}
