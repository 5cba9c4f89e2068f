/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import io.embark.model.family.Architecture;
import io.embark.model.family.ConfigKeys;
import io.embark.model.family.Family;
import io.embark.model.family.TensorNames;
import io.embark.model.family.TokenizerKind;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import java.util.List;
import java.util.Optional;

/** DistilBERT: half of BERT's layers, no types of tokens, and names of its own. */
final class DistilBertFamily implements Family {
    private static final BertNetwork.Keys KEYS =
            new BertNetwork.Keys("dim", "n_heads", "n_layers", "hidden_dim", "activation");

    /** Stands in the code of the reference, not in the file. */
    private static final double NORM_EPSILON = 1e-12;

    @Override
    public List<String> modelTypes() {
        return List.of("distilbert");
    }

    @Override
    public Optional<TokenizerKind> tokenizer(String modelType) {
        return Optional.of(TokenizerKind.BERT);
    }

    @Override
    public KnownKeys keys() {
        return ConfigKeys.ENCODER
                .honoured("vocab_size", "dim", "n_layers", "n_heads", "hidden_dim", "activation")
                .otherName("hidden_size", "dim")
                .otherName("num_attention_heads", "n_heads")
                .otherName("num_hidden_layers", "n_layers")
                .idle("The table of positions is stored either way.", "sinusoidal_pos_embds")
                .idle(ConfigKeys.TRAINING, "dropout", "attention_dropout")
                .idle(ConfigKeys.HEAD, "qa_dropout", "seq_classif_dropout");
    }

    @Override
    public Architecture read(JsonConfig json) {
        return BertNetwork.read(json, KEYS, NORM_EPSILON).architecture();
    }

    @Override
    public String canonicalName(String fileName) {
        return TensorNames.modern(TensorNames.without(fileName, "distilbert."))
                .replace("transformer.layer.", "encoder.layer.")
                .replace(".attention.q_lin.", ".attention.self.query.")
                .replace(".attention.k_lin.", ".attention.self.key.")
                .replace(".attention.v_lin.", ".attention.self.value.")
                .replace(".attention.out_lin.", ".attention.output.dense.")
                .replace(".sa_layer_norm.", ".attention.output.LayerNorm.")
                .replace(".ffn.lin1.", ".intermediate.dense.")
                .replace(".ffn.lin2.", ".output.dense.")
                .replace(".output_layer_norm.", ".output.LayerNorm.");
    }
}
