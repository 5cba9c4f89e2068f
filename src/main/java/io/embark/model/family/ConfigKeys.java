/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family;

import io.embark.model.files.KnownKeys;
import java.util.List;
import java.util.Map;

/**
 * The keys of {@code config.json} that transformers reads whatever the network is ({@code PreTrainedConfig}), and the usual reasons
 * why a key has no effect on vectors. A family's list begins with {@link #COMMON} or {@link #ENCODER} and adds its own.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class ConfigKeys {
    public static final String TRAINING = "Only training reads it.";
    public static final String GENERATION = "Only what generates text reads it.";
    public static final String HEAD = "Only what stands behind the network reads it: a classifier, a language model.";
    public static final String RECORD = "It tells how the file was made.";
    public static final String NUMBER_FORMAT = "Weights of every number format are computed in float32.";
    public static final String SAME_PRODUCTS = "It says how something is computed or returned, not what.";
    public static final String TOKEN_IDS = "The tokenizer has its own; the network does not ask.";
    public static final String PADDING = "Packed batches have no padding.";
    public static final String DECODER_PART = "Only the decoder behind the encoder reads it, which is not computed.";
    public static final String FOREIGN =
            "It belongs to a configuration of another kind; this network does not ask for it.";

    /** What any configuration has. */
    public static final KnownKeys COMMON = KnownKeys.NONE
            .honoured("model_type", "tokenizer_class", "max_position_embeddings", "architectures")
            .idle(RECORD, "transformers_version", "_name_or_path", "name_or_path", "_commit_hash")
            .idle("Code of the folder is not run; Embark has its own.", "auto_map")
            .idle(NUMBER_FORMAT, "dtype", "torch_dtype")
            .idle(HEAD, "id2label", "label2id", "num_labels", "problem_type", "finetuning_task", "task_specific_params")
            .idle(
                    SAME_PRODUCTS,
                    "return_dict",
                    "use_return_dict",
                    "output_hidden_states",
                    "output_attentions",
                    "tie_last_hidden_states",
                    "use_cache",
                    "torchscript",
                    "chunk_size_feed_forward",
                    "attn_implementation",
                    "_attn_implementation",
                    "experts_implementation",
                    "_experts_implementation",
                    "tie_word_embeddings")
            .idle(TRAINING, "initializer_range", "initializer_factor", "init_std", "gradient_checkpointing")
            .idle(PADDING, "pad_token_id")
            .idle(FOREIGN, "is_encoder_decoder")
            .idle(TOKEN_IDS, "bos_token_id", "eos_token_id", "cls_token_id", "sep_token_id", "decoder_start_token_id")
            .idle(
                    GENERATION,
                    "assistant_confidence_threshold",
                    "assistant_lookbehind",
                    "bad_words_ids",
                    "begin_suppress_tokens",
                    "diversity_penalty",
                    "do_sample",
                    "early_stopping",
                    "encoder_no_repeat_ngram_size",
                    "encoder_repetition_penalty",
                    "epsilon_cutoff",
                    "eta_cutoff",
                    "exponential_decay_length_penalty",
                    "forced_bos_token_id",
                    "forced_eos_token_id",
                    "length_penalty",
                    "max_length",
                    "min_length",
                    "no_repeat_ngram_size",
                    "num_assistant_tokens",
                    "num_assistant_tokens_schedule",
                    "num_beam_groups",
                    "num_beams",
                    "num_return_sequences",
                    "output_scores",
                    "prefix",
                    "remove_invalid_values",
                    "repetition_penalty",
                    "return_dict_in_generate",
                    "suppress_tokens",
                    "target_lookbehind",
                    "temperature",
                    "top_k",
                    "top_p",
                    "typical_p")
            .refused("Weights that are packed to fewer bits are not known.", "quantization_config")
            .refused("Weights that are packed to fewer bits are not known.", "compression_config")
            .refused("Products that are merged as the weights are loaded are not known.", "fusion_config")
            .refused("Tokens that see only those before them are not known here.", "is_causal", false)
            .refused("Layers that have sizes of their own are not known.", "per_layer_config", Map.of())
            .refused("Heads that are taken out of a layer are not known.", "pruned_heads", Map.of(), List.of())
            .refused("The weights are read from files of the usual names.", "transformers_weights")
            .refused("Positions that turn a part of a head are not known here.", "partial_rotary_factor", 1);

    /** What any encoder has whose layers transformers can turn into a decoder's. */
    public static final KnownKeys ENCODER = COMMON.idle(FOREIGN, "cross_attention_hidden_size")
            .refused("A decoder's attention to another text is not known.", "add_cross_attention", false);

    private ConfigKeys() {}
}
