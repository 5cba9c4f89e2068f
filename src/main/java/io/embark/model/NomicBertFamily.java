package io.embark.model;

import java.util.List;
import java.util.Map;

/**
 * NomicBERT: nomic-embed-text v1 and v1.5. On the Hub its sizes have the keys of GPT-2, in files of transformers 5 those of
 * BERT.
 */
final class NomicBertFamily implements Family {
    private static final String OTHER_MODEL = "Choose a model like nomic-embed-text-v1.5.";

    /** How the feed-forward layers of a Hub file are gated; those of other activations are not. */
    private static final Map<String, String> GATES = Map.of("swiglu", "silu", "geglu", "gelu", "glu", "sigmoid");

    @Override
    public List<String> modelTypes() {
        return List.of("nomic_bert");
    }

    @Override
    public Architecture read(JsonConfig json) {
        refuseOthers(new NetworkConfig(json));
        NetworkConfig config = new NetworkConfig(json);
        String hiddenKey = key(json, "hidden_size", "n_embd");
        String headsKey = key(json, "num_attention_heads", "n_head");
        int hidden = config.width(hiddenKey);
        int layers = config.layers(key(json, "num_hidden_layers", "n_layer"));
        int intermediate = config.width(key(json, "intermediate_size", "n_inner"));
        int types = config.findNatural("type_vocab_size").orElse(2);
        boolean attentionBias = json.flag("qkv_proj_bias").orElse(false);
        boolean upBias = json.flag("mlp_fc1_bias").orElse(false);
        boolean downBias = json.flag("mlp_fc2_bias").orElse(false);
        String function = json.text("activation_function").orElse("");
        boolean gated = function.isEmpty() || GATES.containsKey(function);

        TensorList tensors = new TensorList().table(WORDS, config.rows("vocab_size"), hidden);
        if (types > 0) {
            tensors.table("embeddings.token_type_embeddings.weight", types, hidden);
        }
        tensors.norm("embeddings.LayerNorm", hidden, true);
        for (int i = 0; i < layers; i++) {
            String layer = "layers." + i + ".";
            tensors.linear(layer + "attention.qkv", hidden, 3L * hidden, attentionBias)
                    .linear(layer + "attention.output", hidden, hidden, attentionBias)
                    .norm(layer + "attention.norm", hidden, true)
                    .linear(layer + "mlp.up", hidden, intermediate, upBias)
                    .linear(layer + "mlp.down", intermediate, hidden, downBias)
                    .norm(layer + "mlp.norm", hidden, true);
            if (gated) {
                tensors.linear(layer + "mlp.gate", hidden, intermediate, upBias);
            }
        }
        return new Architecture(
                "gated",
                hidden,
                layers,
                positions(config),
                Map.of(
                        "layers",
                        (double) layers,
                        "heads",
                        (double) config.width(headsKey),
                        "head_size",
                        (double) config.rotaryHeadSize(hiddenKey, headsKey),
                        "norm_epsilon",
                        json.positiveNumber(key(json, "layer_norm_eps", "layer_norm_epsilon"))
                                .orElse(1e-12),
                        "rotary_base",
                        rotaryBase(json),
                        "rotary_stretch",
                        1.0),
                Map.of("activation", activation(json, function)),
                tensors.shapes(),
                tensors.multiplyAddsPerToken());
    }

    @Override
    public String canonicalName(String fileName) {
        return TensorNames.without(fileName, "nomic_bert.", "model.")
                .replace("emb_ln.", "embeddings.LayerNorm.")
                .replace("encoder.layers.", "layers.")
                .replace(".attn.Wqkv.", ".attention.qkv.")
                .replace(".attn.out_proj.", ".attention.output.")
                .replace(".norm1.", ".attention.norm.")
                .replace(".norm2.", ".mlp.norm.")
                .replace(".mlp.fc11.", ".mlp.up.")
                .replace(".mlp.fc12.", ".mlp.gate.")
                .replace(".mlp.fc1.", ".mlp.up.")
                .replace(".mlp.fc2.", ".mlp.down.");
    }

    private static String key(JsonConfig json, String bert, String gpt2) {
        return json.has(gpt2) && !json.has(bert) ? gpt2 : bert;
    }

    private static String activation(JsonConfig json, String function) {
        if (function.isEmpty()) {
            return Activations.normalised(json, "hidden_act", "silu");
        }
        String gate = GATES.get(function);
        return gate == null ? Activations.normalised(json, "activation_function", function) : gate;
    }

    private static double rotaryBase(JsonConfig json) {
        RotaryConfig.of(json.objectOrEmpty("rope_scaling"));
        return RotaryConfig.of(json.objectOrEmpty("rope_parameters"))
                .base()
                .or(() -> json.positiveNumber("rotary_emb_base"))
                .or(() -> json.positiveNumber("rope_theta"))
                .orElse(1000.0);
    }

    /** Where angles are scaled, those of longer texts depend on the longest text in the reference's batch. */
    private static int positions(NetworkConfig config) {
        return config.json().positiveNumber("rotary_scaling_factor").isPresent()
                ? config.findRows("max_trained_positions").orElse(2048)
                : Architecture.UNLIMITED;
    }

    private static void refuseOthers(NetworkConfig config) {
        JsonConfig json = config.json();
        for (String key : List.of("num_experts", "moe_every_n_layers")) {
            int count = config.findNatural(key).orElse(0);
            if (count > 0) {
                throw ModelProblem.unsupported(
                        "%s: %s is %d".formatted(json.subject(), key, count),
                        "Layers with experts, as in nomic-embed-text-v2-moe, are not known.",
                        OTHER_MODEL);
            }
        }
        double fraction = json.positiveNumber("rotary_emb_fraction").orElse(1.0);
        if (fraction != 1) {
            throw ModelProblem.unsupported(
                    "%s: rotary_emb_fraction is %s".formatted(json.subject(), fraction),
                    "Positions turn whole heads in the networks that are known.",
                    OTHER_MODEL);
        }
        if (json.has("rotary_emb_scale_base")) {
            throw ModelProblem.unsupported(
                    "%s: rotary_emb_scale_base is set".formatted(json.subject()),
                    "Angles that are scaled by their distance (xPos) are not known.",
                    OTHER_MODEL);
        }
        config.refuse("rotary_emb_interleaved", "Positions turn the halves of a head, not neighbours.", OTHER_MODEL);
        config.refuse("prenorm", "Norms stand behind what they belong to in the networks that are known.", OTHER_MODEL);
        config.refuse("parallel_block", "Layers with attention and product side by side are not known.", OTHER_MODEL);
        config.refuse("use_rms_norm", "Norms subtract the mean in the networks that are known.", OTHER_MODEL);
        config.refuse("causal", "A decoder looks only backwards; the encoder is what is known here.", OTHER_MODEL);
    }
}
