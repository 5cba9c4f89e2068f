/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import io.embark.model.family.Architecture;
import io.embark.model.family.ConfigKeys;
import io.embark.model.family.Family;
import io.embark.model.family.NetworkConfig;
import io.embark.model.family.TensorNames;
import io.embark.model.family.TokenizerKind;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import io.embark.model.files.ModelProblem;
import java.util.List;
import java.util.Optional;

/** MPNet: BERT with RoBERTa's positions, and scores that also depend on the distance of two tokens. all-mpnet-base-v2. */
final class MpnetFamily implements Family {
    /** Both stand in the code of the reference, whatever the file says. */
    private static final int PADDING_ID = 1;

    private static final int BUCKETS = 32;

    @Override
    public List<String> modelTypes() {
        return List.of("mpnet");
    }

    @Override
    public Optional<TokenizerKind> tokenizer(String modelType) {
        return Optional.of(TokenizerKind.MPNET);
    }

    @Override
    public KnownKeys keys() {
        return ConfigKeys.ENCODER
                .honoured(
                        "vocab_size",
                        "hidden_size",
                        "num_hidden_layers",
                        "num_attention_heads",
                        "intermediate_size",
                        "hidden_act",
                        "layer_norm_eps",
                        "relative_attention_num_buckets")
                .idle(ConfigKeys.TRAINING, "hidden_dropout_prob", "attention_probs_dropout_prob");
    }

    @Override
    public Architecture read(JsonConfig json) {
        NetworkConfig config = new NetworkConfig(json);
        int rows = config.findRows("relative_attention_num_buckets").orElse(BUCKETS);
        if (rows < BUCKETS) {
            throw ModelProblem.wrongFile(
                    "%s: relative_attention_num_buckets is %s".formatted(json.subject(), rows),
                    "The network puts distances into %s buckets.".formatted(BUCKETS));
        }
        double epsilon = json.positiveNumber("layer_norm_eps").orElse(1e-12);
        BertNetwork network = BertNetwork.read(json, BertNetwork.Keys.BERT, epsilon);
        network.tensors().table(TABLES + "relative_attention_bias.weight", rows, config.width("num_attention_heads"));
        return network.with("buckets", BUCKETS).with("max_distance", 128.0).architectureBehindPadding(PADDING_ID);
    }

    @Override
    public String canonicalName(String fileName) {
        return TensorNames.modern(TensorNames.without(fileName, "mpnet."))
                .replace("encoder.relative_attention_bias.", TABLES + "relative_attention_bias.")
                .replace(".attention.attn.q.", ".attention.self.query.")
                .replace(".attention.attn.k.", ".attention.self.key.")
                .replace(".attention.attn.v.", ".attention.self.value.")
                .replace(".attention.attn.o.", ".attention.output.dense.")
                .replace(".attention.LayerNorm.", ".attention.output.LayerNorm.");
    }
}
