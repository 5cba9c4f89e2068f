/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import io.embark.model.family.Family;
import java.util.List;

/**
 * The families of encoders: each token sees the whole text, or a window on both sides of it.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Encoders {
    /** One that needs more than the {@code model_type} to be told stands before the one whose type it carries. */
    public static final List<Family> ALL = List.of(
            new JinaBertFamily(),
            new AlbertFamily(),
            new BertFamily(),
            new DebertaV2Family(),
            new DistilBertFamily(),
            new EmbeddingGemma2Family(),
            new ElectraFamily(),
            new ErnieFamily(),
            new GteFamily(),
            new Lfm2Family(),
            new LongformerFamily(),
            new MegatronBertFamily(),
            new MobileBertFamily(),
            new ModernBertFamily(),
            new ModernBertDecoderFamily(),
            new JinaEmbeddingsV3Family(),
            new MpnetFamily(),
            new NomicBertFamily(),
            new RobertaFamily(),
            new T5Family(),
            new XlmRobertaXlFamily());

    private Encoders() {}
}
