/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.model.family.Architecture;

/** The backbone of a model whose kind a test knows. */
public final class Backbones {
    private Backbones() {}

    /** The architecture of a network. */
    public static Architecture architecture(ModelFolder model) {
        return as(Backbone.Network.class, model).architecture();
    }

    /** A backbone of this kind and no other. */
    public static <T extends Backbone> T as(Class<T> kind, ModelFolder model) {
        Backbone backbone = model.specification().backbone();
        assertThat(backbone).isInstanceOf(kind);
        return kind.cast(backbone);
    }
}
