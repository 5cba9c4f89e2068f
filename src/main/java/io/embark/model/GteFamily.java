package io.embark.model;

import java.util.List;
import java.util.Map;

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
    public Architecture read(JsonConfig json) {
        NetworkConfig config = new NetworkConfig(json);
        int hidden = config.width("hidden_size");
        int headSize = config.rotaryHeadSize("hidden_size", "num_attention_heads");
        int layers = config.layers("num_hidden_layers");
        int intermediate = config.width("intermediate_size");
        int types = config.findNatural("type_vocab_size").orElse(1);
        boolean packed = json.flag("pack_qkv").orElse(true);
        config.require("position_embedding_type", "rope");
        config.require("layer_norm_type", "layer_norm");
        config.refuse("logn_attention_scale", "Scores that grow with the text are not known.", OTHER_MODEL);

        TensorList tensors = new TensorList().table(WORDS, config.rows("vocab_size"), hidden);
        if (types > 0) {
            tensors.table("embeddings.token_type_embeddings.weight", types, hidden);
        }
        tensors.norm("embeddings.LayerNorm", hidden, true);
        for (int i = 0; i < layers; i++) {
            String layer = "layers." + i + ".";
            if (packed) {
                tensors.linear(layer + "attention.qkv", hidden, 3L * hidden, true);
            } else {
                tensors.linear(layer + "attention.query", hidden, hidden, true)
                        .linear(layer + "attention.key", hidden, hidden, true)
                        .linear(layer + "attention.value", hidden, hidden, true);
            }
            tensors.linear(layer + "attention.output", hidden, hidden, true)
                    .norm(layer + "attention.norm", hidden, true)
                    .linear(layer + "mlp.up_gate", hidden, 2L * intermediate, false)
                    .linear(layer + "mlp.down", intermediate, hidden, true)
                    .norm(layer + "mlp.norm", hidden, true);
        }
        double factor = factor(json);
        return new Architecture(
                "gated",
                hidden,
                layers,
                Architecture.UNLIMITED,
                Map.of(
                        "layers",
                        (double) layers,
                        "heads",
                        (double) config.width("num_attention_heads"),
                        "head_size",
                        (double) headSize,
                        "norm_epsilon",
                        json.positiveNumber("layer_norm_eps").orElse(1e-12),
                        "rotary_base",
                        rotaryBase(json) * factor,
                        "rotary_stretch",
                        Math.pow(factor, 2.0 / headSize)),
                Map.of("activation", Activations.normalised(json, "hidden_act", "gelu")),
                tensors.shapes(),
                tensors.multiplyAddsPerToken());
    }

    @Override
    public String canonicalName(String fileName) {
        return TensorNames.without(fileName, "new.", "gte.")
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

    /**
     * By what "ntk" multiplies the base, for texts of any length, and the wavelengths beyond that: the fixed scaling of
     * Alibaba's {@code NTKScalingRotaryEmbedding}, which leaves factors up to 1 out.
     */
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
