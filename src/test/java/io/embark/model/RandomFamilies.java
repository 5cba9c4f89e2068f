/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A configuration of every kind of network, to be filled with random weights, in the size that one asks for. */
public final class RandomFamilies {
    /** Between the products behind attention where a family does not bring its own size. */
    private static final String INNER = "INNER";

    private static final String SIZES = """
            "vocab_size": 30522, "hidden_size": HIDDEN, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
            "intermediate_size": INNER, "max_position_embeddings": 514""";

    private RandomFamilies() {}

    /**
     * How large a network is.
     *
     * @param hidden components of a token, those of a head times {@code heads}
     * @param heads of attention; every third is one of keys and values where several share one
     * @param inner components between the products behind attention; 0 for what models of the kind have at 768 wide
     */
    public record Size(int layers, int hidden, int heads, int inner) {
        /** BERT's base size. */
        public static final Size BASE = new Size(12, 768, 12, 0);

        private String fill(String configuration, int usualInner) {
            return configuration
                    .replace("LAYERS", "" + layers)
                    .replace("HIDDEN", "" + hidden)
                    .replace("HEAD_SIZE", "" + hidden / heads)
                    .replace("GROUPS", "" + Math.max(1, heads / 3))
                    .replace("HEADS", "" + heads)
                    .replace(INNER, "" + (inner > 0 ? inner : usualInner));
        }
    }

    /** The {@code config.json} of each kind, by its name, in the order in which they are shown. */
    public static Map<String, String> configurations(Size size) {
        Map<String, String> all = new LinkedHashMap<>();
        for (Kind kind : KINDS) {
            all.put(kind.name(), size.fill(kind.configuration().replace("SIZES", SIZES), kind.inner()));
        }
        return all;
    }

    /** The names of the kinds. */
    public static List<String> names() {
        return Arrays.stream(KINDS).map(Kind::name).toList();
    }

    /** Writes the folder of a kind. */
    public static Path write(Path folder, String name, Size size, Path cacheDirectory) throws IOException {
        return RandomModel.write(folder, configurations(size).get(name), cacheDirectory);
    }

    private record Kind(String name, int inner, String configuration) {}

    /** The next family is one more line here, so that its speed is measured and its bits are compared. */
    private static final Kind[] KINDS = {
        new Kind("bert", 3072, "{\"model_type\": \"bert\", SIZES}"),
        new Kind("roberta", 3072, "{\"model_type\": \"roberta\", SIZES}"),
        new Kind("mpnet", 3072, "{\"model_type\": \"mpnet\", SIZES}"),
        new Kind("distilbert", 3072, """
                {"model_type": "distilbert", "vocab_size": 30522, "dim": HIDDEN, "n_layers": LAYERS, "n_heads": HEADS,
                 "hidden_dim": INNER, "max_position_embeddings": 512}"""),
        new Kind("albert", 3072, """
                {"model_type": "albert", SIZES, "embedding_size": 128, "num_hidden_groups": 1}"""),
        new Kind("megatron-bert", 3072, "{\"model_type\": \"megatron-bert\", SIZES}"),
        new Kind("longformer", 3072, """
                {"model_type": "longformer", SIZES, "attention_window": 64}"""),
        new Kind("mobilebert", 512, """
                {"model_type": "mobilebert", "vocab_size": 30522, "hidden_size": 512, "embedding_size": 128,
                 "intra_bottleneck_size": 128, "num_attention_heads": 4, "num_hidden_layers": LAYERS,
                 "num_feedforward_networks": 4, "intermediate_size": INNER, "max_position_embeddings": 512}"""),
        new Kind("t5", 3072, """
                {"model_type": "t5", "vocab_size": 30522, "d_model": HIDDEN, "d_kv": HEAD_SIZE, "num_heads": HEADS, "d_ff": INNER,
                 "num_layers": LAYERS, "feed_forward_proj": "relu"}"""),
        new Kind("umt5", 2048, """
                {"model_type": "umt5", "vocab_size": 30522, "d_model": HIDDEN, "d_kv": HEAD_SIZE, "num_heads": HEADS, "d_ff": INNER,
                 "num_layers": LAYERS, "feed_forward_proj": "gated-gelu"}"""),
        new Kind("modernbert", 1152, """
                {"model_type": "modernbert", SIZES, "local_attention": 128,
                 "global_attn_every_n_layers": 3, "global_rope_theta": 160000, "local_rope_theta": 10000}"""),
        new Kind("eurobert", 3072, "{\"model_type\": \"eurobert\", SIZES}"),
        new Kind("modernbert-decoder", 1152, "{\"model_type\": \"modernbert-decoder\", SIZES}"),
        new Kind("lfm2", 3072, """
                {"model_type": "lfm2", SIZES, "num_key_value_heads": GROUPS, "full_attn_idxs": [0, 2, 5, 8, 10]}"""),
        new Kind("nomic_bert", 2048, """
                {"model_type": "nomic_bert", "vocab_size": 30522, "n_embd": HIDDEN, "n_layer": LAYERS, "n_head": HEADS,
                 "n_inner": INNER, "activation_function": "swiglu", "rotary_emb_base": 1000, "rotary_emb_fraction": 1.0,
                 "qkv_proj_bias": false, "mlp_fc1_bias": false, "mlp_fc2_bias": false, "max_trained_positions": 2048}"""),
        new Kind("nomic-moe", 3072, """
                {"model_type": "nomic_bert", "vocab_size": 30522, "n_embd": HIDDEN, "n_layer": LAYERS, "n_head": HEADS,
                 "n_inner": INNER, "activation_function": "gelu", "rotary_emb_base": 10000, "rotary_emb_fraction": 1.0,
                 "qkv_proj_bias": true, "mlp_fc1_bias": true, "mlp_fc2_bias": true, "max_trained_positions": 2048,
                 "num_experts": 8, "moe_top_k": 2, "moe_every_n_layers": 2}"""),
        new Kind("jina-v3", 3072, "{\"model_type\": \"jina_embeddings_v3\", SIZES}"),
        new Kind("deberta-v3", 3072, """
                {"model_type": "deberta-v2", SIZES, "relative_attention": true, "position_buckets": 256,
                 "norm_rel_ebd": "layer_norm", "share_att_key": true, "pos_att_type": "p2c|c2p", "layer_norm_eps": 1e-7,
                 "max_relative_positions": -1, "position_biased_input": false, "type_vocab_size": 0}"""),
        new Kind("embeddinggemma-2", 1152, """
                {"model_type": "embedding_gemma2_text", SIZES, "num_key_value_heads": GROUPS, "head_dim": HEAD_SIZE,
                 "global_head_dim": HEAD_SIZE, "num_global_key_value_heads": 1, "hidden_size_per_layer_input": 256,
                 "embedding_dim": HIDDEN, "sliding_window": 256}"""),
        new Kind("new", 3072, """
                {"model_type": "new", SIZES, "layer_norm_type": "layer_norm", "position_embedding_type": "rope", "pack_qkv": true,
                 "rope_theta": 500000, "rope_scaling": {"type": "ntk", "factor": 2.0}, "type_vocab_size": 0}"""),
        new Kind("jina-bert-v2", 3072, """
                {"model_type": "bert", SIZES, "position_embedding_type": "alibi", "feed_forward_type": "geglu"}"""),
        new Kind("jina-bert-v2-code", 3072, """
                {"model_type": "bert", SIZES, "position_embedding_type": "alibi", "feed_forward_type": "geglu",
                 "_name_or_path": "jinaai/jina-bert-v2-qk-post-norm"}"""),
        new Kind("qwen3", 2048, """
                {"model_type": "qwen3", SIZES, "num_key_value_heads": GROUPS, "head_dim": HEAD_SIZE, "rms_norm_eps": 1e-6,
                 "rope_theta": 1000000}"""),
        new Kind("qwen2", 2048, """
                {"model_type": "qwen2", SIZES, "num_key_value_heads": GROUPS, "rope_theta": 1000000}"""),
        new Kind("llama", 2048, """
                {"model_type": "llama", SIZES, "num_key_value_heads": GROUPS, "rope_theta": 500000, "is_causal": false}"""),
        new Kind("mistral", 2048, """
                {"model_type": "mistral", SIZES, "num_key_value_heads": GROUPS, "sliding_window": 64}"""),
        new Kind("smollm3", 2048, "{\"model_type\": \"smollm3\", SIZES, \"num_key_value_heads\": GROUPS}"),
        new Kind("gemma2", 2304, """
                {"model_type": "gemma2", SIZES, "num_key_value_heads": GROUPS, "head_dim": HEAD_SIZE, "sliding_window": 64}"""),
        new Kind("qwen3_moe", 2048, """
                {"model_type": "qwen3_moe", SIZES, "num_key_value_heads": GROUPS, "head_dim": HEAD_SIZE, "num_experts": 8,
                 "num_experts_per_tok": 2, "moe_intermediate_size": 768}"""),
        new Kind("gemma3_text", 1152, """
                {"model_type": "gemma3_text", SIZES, "num_key_value_heads": GROUPS, "head_dim": HEAD_SIZE, "rms_norm_eps": 1e-6,
                 "query_pre_attn_scalar": 256, "sliding_window": 512, "sliding_window_pattern": 6,
                 "use_bidirectional_attention": true, "hidden_activation": "gelu_pytorch_tanh"}""")
    };
}
