/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import io.embark.model.family.Activations;
import io.embark.model.family.Architecture;
import io.embark.model.family.ConfigKeys;
import io.embark.model.family.Family;
import io.embark.model.family.NetworkConfig;
import io.embark.model.family.RotaryConfig;
import io.embark.model.family.TensorNames;
import io.embark.model.family.TensorShape;
import io.embark.model.family.TokenizerKind;
import io.embark.model.family.encoder.GatedNetwork.Biases;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import java.util.List;
import java.util.Optional;

/**
 * XLM-RoBERTa with rotary positions: jina-embeddings-v3 as transformers 5 has it. What its adapters add for a task is not part
 * of the network, there as here.
 */
final class JinaEmbeddingsV3Family implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("jina_embeddings_v3");
    }

    @Override
    public Optional<TokenizerKind> tokenizer(String modelType) {
        return Optional.of(TokenizerKind.XLM_ROBERTA);
    }

    @Override
    public KnownKeys keys() {
        return ConfigKeys.ENCODER.and(GatedNetwork.ROTARY_FIELDS);
    }

    @Override
    public Architecture read(JsonConfig json) {
        NetworkConfig config = new NetworkConfig(json);
        int types = config.findRows("type_vocab_size").orElse(1);
        return GatedNetwork.read(json, GatedNetwork.Keys.BERT, types)
                .withNormEpsilon(1e-5)
                .withLayers(true, List.of("up"), new Biases(true, true, true))
                .rotary(
                        RotaryConfig.plainBase(json, 20_000),
                        1,
                        Architecture.UNLIMITED,
                        Activations.normalised(json, "hidden_act", "gelu"));
    }

    @Override
    public String canonicalName(String fileName) {
        return GatedNetwork.ownName(TensorNames.without(fileName, "roberta."))
                .replace("emb_ln.", "embeddings.LayerNorm.")
                .replace("encoder.layers.", "layers.")
                .replace(".mixer.Wqkv.", ".attention.qkv.")
                .replace(".mixer.out_proj.", ".attention.output.")
                .replace(".norm1.", ".attention.norm.")
                .replace(".norm2.", ".mlp.norm.")
                .replace(".mlp.fc1.", ".mlp.up.")
                .replace(".mlp.fc2.", ".mlp.down.");
    }

    @Override
    public List<TensorShape> parts(TensorShape tensor) {
        return GatedNetwork.parts(tensor);
    }
}
