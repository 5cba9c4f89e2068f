/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.decoder;

import io.embark.model.family.Family;
import java.util.List;

/**
 * The families in a decoder's form, most of whose tokens see those before them.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Decoders {
    /** One that needs more than the {@code model_type} to be told stands before the one whose type it carries. */
    public static final List<Family> ALL = List.of(
            new QwenFamily(),
            new Qwen3MoeFamily(),
            new LlamaFamily(),
            new EuroBertFamily(),
            new MistralFamily(),
            new Ministral3Family(),
            new SmolLm3Family(),
            new Gemma2Family(),
            new Gemma3Family());

    private Decoders() {}
}
