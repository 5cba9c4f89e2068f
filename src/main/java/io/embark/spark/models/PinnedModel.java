/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import io.embark.EmbedOptions;
import io.embark.model.ModelFolder;
import io.embark.model.ModelReference;
import java.io.Serializable;

/**
 * A model as the driver opened it, for the executors to open the same.
 *
 * @param reference what leads to it; the commit of a model of a hub included
 * @param fingerprint its content
 * @param source where to get it; does not tell models apart
 * @hidden Public for Embark's other rooms only.
 */
public record PinnedModel(String reference, String fingerprint, ModelSource source) implements Serializable {
    /**
     * Opens the model on this host.
     *
     * @throws io.embark.EmbarkException as {@link ModelReference#open} and {@link ModelFolder#copy}, and if its
     *     content is not that of the driver's
     */
    ModelFolder open(EmbedOptions options) {
        return source.open(reference, fingerprint, options);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PinnedModel that
                && reference.equals(that.reference)
                && fingerprint.equals(that.fingerprint);
    }

    @Override
    public int hashCode() {
        return 31 * reference.hashCode() + fingerprint.hashCode();
    }
}
