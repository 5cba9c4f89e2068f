/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.Collectors;

/** The model types that transformers knows, whether Embark computes them or not; {@code write_model_types.py} lists them. */
final class TransformersModelTypes {
    private static final String LIST = "transformers-model-types.txt";

    private TransformersModelTypes() {}

    static Set<String> all() {
        try (InputStream in = TransformersModelTypes.class.getResourceAsStream(LIST)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw new UncheckedIOException("list %s cannot be read".formatted(LIST), e);
        }
    }
}
