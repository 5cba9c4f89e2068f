/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import io.embark.EmbedOptions;
import java.util.Arrays;
import java.util.List;

/** Prints the vector that the bundled model gives a text. */
final class PrintVector {
    private PrintVector() {}

    public static void main(String[] texts) {
        System.out.println(of(texts[0]));
    }

    static String of(String text) {
        try (Embedder embedder = Embedder.open(EmbedOptions.defaults())) {
            return Arrays.toString(embedder.embed(List.of(text))[0]);
        }
    }
}
