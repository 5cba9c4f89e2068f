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
import io.embark.model.files.ModelProblem;
import java.util.List;
import java.util.Optional;

/**
 * The networks that Alibaba calls "new" and transformers 5 "gte": gte-base-en-v1.5, gte-multilingual-base and
 * snowflake-arctic-embed-m-v2.0. The older gte-base is of BERT's family.
 */
final class GteFamily implements Family {
    private static final String OTHER_MODEL = "Choose a model like gte-multilingual-base.";
    private static final String NTK = "ntk";

    @Override
    public List<String> modelTypes() {
        return List.of("new", "gte");
    }

    @Override
    public Optional<TokenizerKind> tokenizer(String modelType) {
        return modelType.equals("gte") ? Optional.of(TokenizerKind.XLM_ROBERTA) : Optional.empty();
    }

    @Override
    public KnownKeys keys() {
        return ConfigKeys.COMMON
                .and(GatedNetwork.ROTARY_FIELDS)
                // Alibaba's own.
                .honoured("position_embedding_type", "layer_norm_type", "logn_attention_scale", "pack_qkv")
                .idle(ConfigKeys.SAME_PRODUCTS, "unpad_inputs", "use_memory_efficient_attention")
                .idle("Without logn_attention_scale nothing reads it.", "logn_attention_clip1");
    }

    @Override
    public Architecture read(JsonConfig json) {
        NetworkConfig config = new NetworkConfig(json);
        int types = config.findNatural("type_vocab_size").orElse(1);
        boolean packed = json.flag("pack_qkv").orElse(true);
        config.require("position_embedding_type", "rope");
        config.require("layer_norm_type", "layer_norm");
        config.refuse("logn_attention_scale", "Scores that grow with the text are not known.", OTHER_MODEL);
        return GatedNetwork.read(json, GatedNetwork.Keys.BERT, types)
                .withLayers(packed, List.of("up_gate"), new Biases(true, false, true))
                .rotary(
                        rotaryBase(json),
                        factor(json),
                        Architecture.UNLIMITED,
                        Activations.normalised(json, "hidden_act", "gelu"));
    }

    @Override
    public String canonicalName(String fileName) {
        return GatedNetwork.ownName(TensorNames.without(fileName, "new.", "gte."))
                .replace("encoder.layer.", "layers.")
                .replace(".attention.qkv_proj.", ".attention.qkv.")
                .replace(".attention.q_proj.", ".attention.query.")
                .replace(".attention.k_proj.", ".attention.key.")
                .replace(".attention.v_proj.", ".attention.value.")
                .replace(".attention.o_proj.", ".attention.output.")
                .replace(".attn_ln.", ".attention.norm.")
                .replace(".mlp.up_gate_proj.", ".mlp.up_gate.")
                .replace(".mlp.down_proj.", ".mlp.down.")
                .replace(".mlp_ln.", ".mlp.norm.");
    }

    @Override
    public List<TensorShape> parts(TensorShape tensor) {
        return GatedNetwork.parts(tensor);
    }

    /** By what "ntk" scales the angles of texts of any length; Alibaba's code leaves factors up to 1 out. */
    private static double factor(JsonConfig json) {
        JsonConfig scaling = json.objectOrEmpty("rope_scaling");
        if (!scaling.text("type").orElse("").equals(NTK)) {
            RotaryConfig.of(scaling);
            return 1;
        }
        if (scaling.has("mixed_b")) {
            throw ModelProblem.unsupported(
                    "%s: mixed_b is set".formatted(scaling.subject()),
                    "Frequencies that are scaled one by one are not known.",
                    OTHER_MODEL);
        }
        return Math.max(1, scaling.requiredPositiveNumber("factor"));
    }

    private static double rotaryBase(JsonConfig json) {
        double silent = json.requiredText("model_type").equals("new") ? 10_000 : 160_000;
        return RotaryConfig.of(json.objectOrEmpty("rope_parameters"))
                .base()
                .or(() -> json.positiveNumber("rope_theta"))
                .orElse(silent);
    }
}
