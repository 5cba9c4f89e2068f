/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import io.embark.EmbedOptions;
import io.embark.model.ModelFolder;
import io.embark.model.ModelReference;
import java.util.OptionalInt;

/** Requests for models where no driver opened them. */
final class Requests {
    private Requests() {}

    /** What a model is loaded with where Spark assigned no GPU. */
    static ModelLoad load(EmbedOptions options) {
        return new ModelLoad(of(options), OptionalInt.empty());
    }

    /** For the model that the options name, which is on this host. */
    static ModelRequest of(EmbedOptions options) {
        ModelFolder folder = ModelReference.open(options);
        ModelSource source = new ModelSource.Host(folder.reference(), folder.reference());
        return new ModelRequest(new PinnedModel(folder.reference(), folder.fingerprint(), source), options);
    }
}
