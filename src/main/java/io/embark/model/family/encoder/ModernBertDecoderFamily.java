/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import io.embark.model.family.Architecture;
import io.embark.model.family.Family;
import io.embark.model.family.TokenizerKind;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import java.util.List;
import java.util.Optional;

/** ModernBERT as a decoder, whose tokens see those before them, mostly: Ettin's decoders. */
final class ModernBertDecoderFamily implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("modernbert-decoder");
    }

    @Override
    public Optional<TokenizerKind> tokenizer(String modelType) {
        return Optional.of(TokenizerKind.AS_WRITTEN);
    }

    @Override
    public KnownKeys keys() {
        return ModernBertFamily.KEYS.honoured("is_causal");
    }

    @Override
    public Architecture read(JsonConfig json) {
        boolean causal = json.flag("is_causal").orElse(true);
        return ModernBertFamily.read(json, List.of("q_proj", "k_proj", "v_proj"), causal);
    }

    @Override
    public String canonicalName(String fileName) {
        return ModernBertFamily.name(fileName);
    }
}
