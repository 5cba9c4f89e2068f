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
import io.embark.model.family.encoder.GatedNetwork.Experts;
import io.embark.model.family.encoder.GatedNetwork.Keys;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import io.embark.model.files.ModelProblem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * NomicBERT: nomic-embed-text v1 and v1.5, and v2 with its experts. On the Hub its sizes have the keys of GPT-2, in files of
 * transformers 5 those of BERT.
 */
final class NomicBertFamily implements Family {
    private static final String OTHER_MODEL = "Choose a model like nomic-embed-text-v1.5.";

    private static final int MAX_EXPERTS = 1024;

    private static final String FUNCTION = "activation_function";

    /** How the feed-forward layers of a Hub file are gated. */
    private static final Map<String, String> GATES = Map.of("swiglu", "silu", "geglu", "gelu", "glu", "sigmoid");

    /** Those that are not gated; {@code modeling_hf_nomic_bert.py} has GELU itself for all of them, not its tanh form. */
    private static final Set<String> UNGATED = Set.of("gelu", "gelu_new", "gelu_fast", "gelu_pytorch_tanh");

    @Override
    public List<String> modelTypes() {
        return List.of("nomic_bert");
    }

    @Override
    public Optional<TokenizerKind> tokenizer(String modelType) {
        return Optional.of(TokenizerKind.BERT);
    }

    @Override
    public KnownKeys keys() {
        return ConfigKeys.COMMON
                .and(GatedNetwork.ROTARY_FIELDS)
                // The Hub's own.
                .honoured(
                        "n_embd",
                        "n_head",
                        "n_layer",
                        "n_inner",
                        "layer_norm_epsilon",
                        "activation_function",
                        "qkv_proj_bias",
                        "mlp_fc1_bias",
                        "mlp_fc2_bias",
                        "rotary_emb_base",
                        "rotary_emb_fraction",
                        "rotary_emb_scale_base",
                        "rotary_emb_interleaved",
                        "rotary_scaling_factor",
                        "max_trained_positions",
                        "num_experts",
                        "moe_every_n_layers",
                        "moe_top_k",
                        "expert_choice_router",
                        "moe_normalize_expert_weights",
                        "num_shared_experts",
                        "prenorm",
                        "parallel_block",
                        "use_rms_norm",
                        "causal")
                .idle(ConfigKeys.TRAINING, "attn_pdrop", "embd_pdrop", "resid_pdrop", "moe_resid_pdrop")
                .idle(
                        ConfigKeys.SAME_PRODUCTS,
                        "fused_bias_fc",
                        "moe_impl",
                        "fused_dropout_add_ln",
                        "use_flash_attn",
                        "use_xentropy",
                        "pad_vocab_size_multiple",
                        "dense_seq_output",
                        "mlp_checkpoint_lvl")
                .idle(ConfigKeys.FOREIGN, "n_positions", "n_ctx");
    }

    @Override
    public Architecture read(JsonConfig json) {
        NetworkConfig config = new NetworkConfig(json);
        refuseOthers(config);
        Keys keys = new Keys(
                key(json, "hidden_size", "n_embd"),
                key(json, "num_attention_heads", "n_head"),
                key(json, "num_hidden_layers", "n_layer"),
                key(json, "intermediate_size", "n_inner"),
                key(json, "layer_norm_eps", "layer_norm_epsilon"));
        int types = config.findNatural("type_vocab_size").orElse(2);
        Biases biases = new Biases(
                json.flag("qkv_proj_bias").orElse(false),
                json.flag("mlp_fc1_bias").orElse(false),
                json.flag("mlp_fc2_bias").orElse(false));
        // transformers' own files have another name for it, and it does not look at this one.
        String function = json.text(FUNCTION).filter(name -> json.has("n_embd")).orElse("");
        boolean gated = !UNGATED.contains(function);
        return GatedNetwork.read(json, keys, types)
                .withExperts(experts(config, gated))
                .withLayers(true, gated ? List.of("up", "gate") : List.of("up"), biases)
                .rotary(rotaryBase(json), 1, positions(config), activation(json, function));
    }

    @Override
    public String canonicalName(String fileName) {
        return GatedNetwork.ownName(TensorNames.without(fileName, "nomic_bert.", "model."))
                .replace("emb_ln.", "embeddings.LayerNorm.")
                .replace("encoder.layers.", "layers.")
                .replace(".attn.Wqkv.", ".attention.qkv.")
                .replace(".attn.out_proj.", ".attention.output.")
                .replace(".norm1.", ".attention.norm.")
                .replace(".norm2.", ".mlp.norm.")
                .replace(".mlp.fc11.", ".mlp.up.")
                .replace(".mlp.fc12.", ".mlp.gate.")
                .replace(".mlp.fc1.", ".mlp.up.")
                .replace(".mlp.fc2.", ".mlp.down.")
                .replace(".mlp.router.layer.", ".mlp.router.")
                .replace(".mlp.experts.mlp.w1", ".mlp.experts.up.weight")
                .replace(".mlp.experts.mlp.w2", ".mlp.experts.down.weight");
    }

    @Override
    public List<TensorShape> parts(TensorShape tensor) {
        return GatedNetwork.parts(tensor);
    }

    private static String key(JsonConfig json, String bert, String gpt2) {
        return json.has(gpt2) && !json.has(bert) ? gpt2 : bert;
    }

    private static String activation(JsonConfig json, String function) {
        if (function.isEmpty()) {
            return Activations.normalised(json, "hidden_act", "silu");
        }
        if (UNGATED.contains(function)) {
            return "gelu";
        }
        if (!GATES.containsKey(function)) {
            Set<String> known = new TreeSet<>(UNGATED);
            known.addAll(GATES.keySet());
            throw ModelProblem.unsupported(
                    "%s: unknown %s '%s'".formatted(json.subject(), FUNCTION, ModelProblem.show(function)),
                    "Known are: %s.".formatted(String.join(", ", known)),
                    "Choose a model with one of these activation functions.");
        }
        return GATES.get(function);
    }

    private static Experts experts(NetworkConfig config, boolean gated) {
        JsonConfig json = config.json();
        int count = config.findNatural("num_experts").orElse(0);
        int every = config.findNatural("moe_every_n_layers").orElse(0);
        if (every == 0 || count == 0) {
            return Experts.NONE;
        }

        config.refuse("expert_choice_router", "Experts that choose their tokens are not known.", OTHER_MODEL);
        config.refuse(
                "moe_normalize_expert_weights",
                "The weights of the chosen experts are those of the router in the networks that are known.",
                OTHER_MODEL);
        int shared = config.findNatural("num_shared_experts").orElse(0);
        if (shared > 0) {
            throw ModelProblem.unsupported(
                    "%s: num_shared_experts is %s".formatted(json.subject(), shared),
                    "Experts that see all tokens are not known.",
                    OTHER_MODEL);
        }
        if (gated) {
            throw ModelProblem.unsupported(
                    "%s: num_experts is %s, and its layers are gated".formatted(json.subject(), count),
                    "Experts with a gate are not known for models of this type.",
                    OTHER_MODEL);
        }
        int chosen = config.findWidth("moe_top_k").orElse(1);
        if (count > MAX_EXPERTS || chosen > count) {
            throw ModelProblem.wrongFile(
                    "%s: num_experts is %s, moe_top_k is %s".formatted(json.subject(), count, chosen),
                    "There are at most %s experts, and each token goes through some of them.".formatted(MAX_EXPERTS));
        }
        return new Experts(count, chosen, every);
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
        int trained = config.findRows("max_trained_positions").orElse(2048);
        return config.json().positiveNumber("rotary_scaling_factor").isPresent() ? trained : Architecture.UNLIMITED;
    }

    private static void refuseOthers(NetworkConfig config) {
        JsonConfig json = config.json();
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
        config.refuseDecoder("causal");
    }
}
