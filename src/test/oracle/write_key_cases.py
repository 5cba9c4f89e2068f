# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Writes the cases of keys that KeyCasesTest runs in every build: one of each kind of key. fuzz-keys has all of them.

A case that Embark computes moves the vectors of its fixture, unless its key is idle, which leaves them alone; both are proved.
"""

import sys

import key_cases
import numpy as np

TARGET = key_cases.RESOURCES / "keys"
MOVED = 1e-4

CONFIG = "config.json"
SENTENCE = "sentence_bert_config.json"
TOKENIZER = "tokenizer_config.json"
POOLING = "1_Pooling/config.json"
PROMPTS = "config_sentence_transformers.json"

# By fixture and file: what gives other vectors.
HONOURED = [
    ("bert", SENTENCE, {"config_kwargs/num_hidden_layers": 1}),
    ("bert", SENTENCE, {"config_args/num_hidden_layers": 2}),
    ("bert", SENTENCE, {"config_kwargs/num_hidden_layers": 3, "config_args/num_hidden_layers": 1}),
    ("bert", SENTENCE, {"config_kwargs/hidden_act": "relu", "config_kwargs/layer_norm_eps": 0.1}),
    ("t5-relu", SENTENCE, {"config_kwargs/num_hidden_layers": 1}),
    ("no-normalize", SENTENCE, {"processor_kwargs/do_lower_case": False}),
    ("no-normalize", SENTENCE, {"tokenizer_args/do_lower_case": False, "tokenizer_args/strip_accents": False}),
    ("no-normalize", SENTENCE, {"processor_kwargs/model_max_length": 9}),
    ("bert", SENTENCE, {"processor_kwargs/truncation_side": "left"}),
    ("bert", SENTENCE, {"tokenizer_args/truncation_side": "left", "tokenizer_args/model_max_length": 12}),
    ("bert", SENTENCE, {"processing_kwargs/text/add_special_tokens": False}),
    ("qwen3", SENTENCE, {"processing_kwargs/text/add_special_tokens": False}),
    ("bert", SENTENCE, {"processing_kwargs/common/max_length": 9}),
    ("bert", SENTENCE, {"processing_kwargs/text/max_length": 12, "processing_kwargs/common/max_length": 9}),
    ("bert", SENTENCE, {"processing_kwargs/text/max_length": 12, "processing_kwargs/common/truncation": "only_first"}),
    ("qwen3", SENTENCE, {"processing_kwargs/text/max_length": 12, "processing_kwargs/text/truncation": False}),
    ("bert", SENTENCE, {"max_seq_length": 9}),
    ("bert", TOKENIZER, {"model_max_length": 9}),
    ("bert", TOKENIZER, {"truncation_side": "left"}),
    ("no-normalize", TOKENIZER, {"strip_accents": False}),
    ("bert", CONFIG, {"hidden_act": "quick_gelu"}),
    ("bert", CONFIG, {"layer_norm_eps": 0.1}),
    ("distilbert", CONFIG, {"num_hidden_layers": 1}),
    ("distilbert", CONFIG, {"activation": "silu"}),
    ("roberta", CONFIG, {"pad_token_id": 0}),
    ("t5-relu", CONFIG, {"num_hidden_layers": 1}),
    ("t5-relu", CONFIG, {"dense_act_fn": "silu"}),
    ("t5-relu", CONFIG, {"relative_attention_max_distance": 20}),
    ("modernbert", CONFIG, {"sliding_window": 2}),
    ("modernbert", CONFIG, {"local_attention": 4, "layer_types": None}),
    ("modernbert", CONFIG, {"rope_parameters": {"full_attention": {"rope_type": "default", "rope_theta": 300.0}}}),
    ("nomic-bert", CONFIG, {"rope_parameters": {"rope_type": "default", "rope_theta": 30.0}}),
    ("qwen3", CONFIG, {"is_causal": False}),
    ("gemma3", CONFIG, {"is_causal": False}),
    ("gemma3", CONFIG, {"query_pre_attn_scalar": 64}),
    ("no-normalize", POOLING, {"pooling_mode": ["mean", "lasttoken"]}),
    ("no-normalize", PROMPTS, {"truncate_dim": 8}),
    ("no-modules", CONFIG, {"architectures": ["BertForCausalLM"]}),
    ("no-normalize", PROMPTS, {"prompts": {"document": "river "}, "default_prompt_name": "document"}),
]
IDLE = [
    # Nobody reads these files without a modules.json.
    ("no-modules", SENTENCE, {"max_seq_length": 9, "do_lower_case": False}),
    ("no-modules", PROMPTS, {"truncate_dim": 8, "prompts": {"document": "river "}, "default_prompt_name": "document"}),
    ("no-modules", CONFIG, {"architectures": ["BertForCausalLM"], "is_causal": False}),
    ("bert", CONFIG, {"torch_dtype": "float16", "chunk_size_feed_forward": 1, "initializer_range": 7.0}),
    (
        "bert",
        CONFIG,
        {"output_hidden_states": True, "tie_word_embeddings": False, "pad_token_id": 5, "use_cache": False},
    ),
    ("modernbert", CONFIG, {"rope_theta": 7.0, "classifier_pooling": "mean", "attention_dropout": 0.5}),
    ("nomic-bert", CONFIG, {"activation_function": "gelu"}),
    ("gemma3", CONFIG, {"attn_logit_softcapping": 0.5, "final_logit_softcapping": 0.5}),
    ("bert", SENTENCE, {"model_kwargs/dtype": "bfloat16", "model_kwargs/attn_implementation": "eager"}),
    ("bert", SENTENCE, {"config_kwargs/attention_probs_dropout_prob": 0.5, "config_kwargs/trust_remote_code": True}),
    ("bert", SENTENCE, {"processing_kwargs/text/padding": "longest", "processing_kwargs/common/padding_side": "left"}),
    ("bert", TOKENIZER, {"padding_side": "left", "model_input_names": ["input_ids", "attention_mask"]}),
    ("no-normalize", PROMPTS, {"similarity_fn_name": "dot"}),
]
# With what the refusal says.
REFUSED = [
    ("bert", CONFIG, {"is_causal": True}, "is_causal is true"),
    ("bert", CONFIG, {"is_decoder": True}, "is_decoder is true"),
    ("bert", CONFIG, {"quantization_config": {"quant_method": "awq"}}, "quantization_config is {quant_method=awq}"),
    ("bert", CONFIG, {"per_layer_config": {"0": {"hidden_act": "relu"}}}, "per_layer_config is"),
    ("bert", CONFIG, {"transformers_weights": "other.safetensors"}, "transformers_weights is other.safetensors"),
    ("distilbert", CONFIG, {"hidden_size": 16}, "The network's hidden_size is 16"),
    ("nomic-bert", CONFIG, {"head_dim": 4}, "head_dim is 4"),
    ("umt5", CONFIG, {"is_gated_act": None}, "no tensor encoder.block.0.layer.1.DenseReluDense.wi.weight"),
    ("bert", SENTENCE, {"config_kwargs/hidden_size": 32}, "config_kwargs: unknown argument 'hidden_size'"),
    ("bert", SENTENCE, {"model_kwargs/load_in_8bit": True}, "model_kwargs: load_in_8bit is true"),
    ("bert", SENTENCE, {"query_expansion": {"length": 8}}, "query_expansion is {length=8}"),
    (
        "bert",
        SENTENCE,
        {"processing_kwargs/text/padding": "max_length"},
        "processing_kwargs: text: padding is max_length",
    ),
    ("no-normalize", POOLING, {"embedding_dimension": 16}, "embedding_dimension is 16"),
    ("no-normalize", PROMPTS, {"model_type": "SparseEncoder"}, "model_type is 'SparseEncoder'"),
]


def main():
    cases = [{"base": base, "file": file, "set": keys} for base, file, keys in [*HONOURED, *IDLE]]
    results, tensors = key_cases.run(cases)
    plain, wrong = {}, []
    for place, case in enumerate(results):
        if "tensor" not in case:
            wrong.append(f"{case}")
            continue
        base = case["base"]
        if base not in plain:
            with key_cases.changed(base, CONFIG, {}) as folder:
                plain[base] = key_cases.vectors(folder)
        made = tensors[case["tensor"]].numpy()
        moved = np.abs(made - plain[base]).max() if made.shape == plain[base].shape else 1.0
        if not (moved > MOVED if place < len(HONOURED) else moved <= key_cases.STILL):
            wrong.append(f"{case}: the vectors move by {moved:.1e}")
    if wrong:
        sys.exit("write_key_cases: " + "\n".join(wrong))
    for base, file, keys, refusal in REFUSED:
        results.append({"base": base, "file": file, "set": keys, "refusal": refusal})
    key_cases.write(TARGET, results, tensors)
    print(f"{len(results)} cases of keys")


if __name__ == "__main__":
    main()
