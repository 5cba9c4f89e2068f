/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import io.embark.EmbedOptions;

/** The bundled model, loaded once for all tests of this room; it lives as long as their process. */
final class SharedModel {
    private static final class Bundled {
        static final LoadedModel MODEL = LoadedModel.open(EmbedOptions.defaults());
    }

    private SharedModel() {}

    static LoadedModel bundled() {
        return Bundled.MODEL;
    }

    static Embedder embedder(EmbedOptions options) {
        return Embedder.on(bundled(), options);
    }
}
