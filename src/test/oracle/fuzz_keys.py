# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Sets every key of Embark's lists to other values, and writes what the oracle makes of it to target/fuzz-keys.

Those that are called idle must leave the vectors alone, which resources/io/embark/keys/idle.json records.

Run it by ./fuzz-keys, which then holds Embark against it. The lists are those that KnownKeysTest wrote to
target/known-keys.json, so that a new family and a new key need nothing here.
"""

import importlib
import json
import pkgutil
import sys
from pathlib import Path

import families
import fixture
import key_cases
import numpy as np
from transformers import CONFIG_MAPPING

TARGET = Path(__file__).parent.parent.parent.parent / "target"
MOST_VALUES = 3
BERT = "no-normalize"

ACTIVATIONS = ["relu", "silu", "gelu_new", "quick_gelu", "tanh"]
ROTARY = [
    {"rope_type": "default", "rope_theta": 300.0},
    {"rope_type": "linear", "factor": 2.0, "rope_theta": 10000.0},
    {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
     "original_max_position_embeddings": 16, "rope_theta": 10000.0},
]  # fmt: skip
# Values of keys that no value of the same type follows from.
VALUES = {
    "hidden_act": ACTIVATIONS,
    "hidden_activation": ACTIVATIONS,
    "activation": ACTIVATIONS,
    "activation_function": ["swiglu", "gelu", "geglu"],
    "dense_act_fn": ["silu", "gelu", "relu"],
    "feed_forward_proj": ["relu", "gated-silu", "gated-gelu"],
    "feed_forward_type": ["original", "reglu", "swiglu"],
    "classifier_activation": ACTIVATIONS,
    "torch_dtype": ["float16", "bfloat16", "float64"],
    "dtype": ["float16", "bfloat16", "float64"],
    "problem_type": ["regression", "multi_label_classification"],
    "attn_implementation": ["eager", "sdpa"],
    "_attn_implementation": ["eager", "flash_attention_2"],
    "experts_implementation": ["eager"],
    "position_embedding_type": ["absolute", "relative_key", "rotary"],
    "architectures": [["Other"], ["BertForMaskedLM"], []],
    "rope_parameters": ROTARY,
    "rope_scaling": [
        {"type": "linear", "factor": 2.0},
        {"rope_type": "dynamic", "factor": 2.0},
        {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16},
    ],
    "quantization_config": [{"quant_method": "bitsandbytes", "load_in_8bit": True}],
    "compression_config": [{"quant_method": "compressed-tensors"}],
    "fusion_config": [{"patch_embeddings": True}],
    "per_layer_config": [{"0": {"num_attention_heads": 2}}],
    "pruned_heads": [{}, {"0": [0]}],
    "transformers_weights": ["other.safetensors"],
    "auto_map": [{"AutoModel": "modeling.Model"}, {}],
    "id2label": [{"0": "A", "1": "B", "2": "C"}],
    "label2id": [{"A": 0, "B": 1}],
    "task_specific_params": [{"summarization": {"max_length": 3}}],
    "tokenizer_class": ["BertTokenizer", "PreTrainedTokenizerFast", "RobertaTokenizer"],
    "model_type": ["roberta", "distilbert", "nonsense"],
    "transformers_version": ["4.1.0", "5.24.0"],
    "finetuning_task": ["mnli"],
    "bad_words_ids": [[[3]]],
    "suppress_tokens": [[3]],
    "begin_suppress_tokens": [[3]],
    "exponential_decay_length_penalty": [[3, 1.5]],
    "prefix": ["query: "],
    "name_or_path": ["other/model"],
    "_name_or_path": ["other/model"],
    "_commit_hash": ["0123456789"],
    "classifier_pooling": ["mean", "cls"],
    "num_assistant_tokens_schedule": ["constant"],
    # The module's file.
    "transformer_task": ["fill-mask"],
    "module_output_name": ["sentence_embedding", "token_embeddings"],
    "modality_config": [
        {"text": {"method": "forward", "method_output_name": "last_hidden_state"}},
        {"text": {"method": "forward", "method_output_name": "pooler_output"}},
        {"message": {"method": "forward", "method_output_name": "last_hidden_state"}},
    ],
    "max_seq_length": [9, 20, 64],
    "query_length": [7],
    "document_length": [7],
    "query_expansion": [{"length": 8}],
    "backend": ["onnx"],
    "cache_dir": ["cache"],
    "tokenizer_name_or_path": ["other"],
    "unpad_inputs": [True, False],
    "max_length": [7, 20, 100],
    "truncation": [False, "only_first", "do_not_truncate", "only_second"],
    "padding": ["max_length", False, "longest"],
    "padding_side": ["left", "right"],
    "pad_to_multiple_of": [8],
    "return_tensors": ["pt"],
    "model_max_length": [8, 20, 1000],
    "truncation_side": ["left", "right"],
    "model_input_names": [["input_ids"], ["input_ids", "attention_mask"]],
    "device_map": ["cpu"],
    "variant": ["fp16"],
    "use_safetensors": [True, False],
    "chat_template": ["{{ messages[0].content }}"],
    "additional_special_tokens": [["query:"], ["the"], []],
    "extra_special_tokens": [["query:"], {"a_token": "river"}, []],
    "added_tokens_decoder": [{}, {"7": {"content": "river", "lstrip": False, "rstrip": False, "normalized": False,
                                        "single_word": False, "special": True}}],
    "name": ["x"],
    "max_len": [9],
    # Two, the end of every text, would stand apart from the other positions, so that one more fits.
    "pad_token_id": [0, 3],
}  # fmt: skip
# Those whose value is an object for each type of layer.
BY_LAYER = ("gemma3_text", "modernbert", "modernbert-decoder", "embedding_gemma2_text")
MODULES = {
    "1_Pooling/config.json": {
        "embedding_dimension": [32, 16],
        "word_embedding_dimension": [32, 16],
        "pooling_mode": ["cls", "max", ["mean", "cls"], "lasttoken", "weightedmean"],
        "include_prompt": [True, False],
        "pooling_mode_cls_token": [True, False],
        "pooling_mode_max_tokens": [True],
        "pooling_mode_mean_tokens": [False, True],
        "pooling_mode_mean_sqrt_len_tokens": [True],
        "pooling_mode_weightedmean_tokens": [True],
        "pooling_mode_lasttoken": [True],
    },
    "config_sentence_transformers.json": {
        "model_type": ["SentenceTransformer", "SparseEncoder"],
        "prompts": [{"query": "q: "}, {"document": "river "}, {}],
        "default_prompt_name": ["query", "document", "nonsense"],
        "similarity_fn_name": ["dot", "euclidean"],
        "truncate_dim": [8, 16, 64],
        "requirements": [{"transformers": ">=4"}],
        "__version__": [{"sentence_transformers": "2.0.0"}],
    },
}
TOKENIZER = (
    "tokenizer_class", "model_max_length", "max_len", "truncation_side", "padding_side", "do_lower_case", "strip_accents",
    "tokenize_chinese_chars", "add_prefix_space", "bos_token", "eos_token", "cls_token", "sep_token", "unk_token",
    "pad_token", "mask_token", "additional_special_tokens", "extra_special_tokens", "added_tokens_decoder",
    "split_special_tokens", "model_input_names", "clean_up_tokenization_spaces", "chat_template", "add_bos_token",
    "add_eos_token", "name_or_path", "processor_class", "special_tokens_map_file", "never_split", "do_basic_tokenize",
    "use_fast", "legacy", "sp_model_kwargs", "spaces_between_special_tokens", "errors", "trim_offsets", "extra_ids",
)  # fmt: skip


def fixtures():
    return {
        each.name: each
        for module in pkgutil.iter_modules(families.__path__)
        for each in importlib.import_module(f"families.{module.name}").FIXTURES
    }


def plain(name, known):
    """Whether SentenceTransformer itself opens the folder of a fixture."""
    default = fixture.Fixture.__dataclass_fields__["open"].default
    return name in known and known[name].open is default


def config(base, file="config.json"):
    path = key_cases.RESOURCES / "families" / base / file
    return json.loads(path.read_text()) if path.exists() else {}


def default(base, key):
    """What a key says where the file is silent."""
    own = config(base)
    if own.get(key) is not None:
        return own[key]
    made = CONFIG_MAPPING[own["model_type"]](**own)
    try:
        return getattr(made, key, None)
    except Exception:
        return None


def values(key, value, model_type=""):
    """Up to three others."""
    if key == "rope_parameters" and model_type in BY_LAYER:
        types = ("full_attention", "sliding_attention")
        found = [{types[0]: ROTARY[0], types[1]: ROTARY[1]}, {types[0]: ROTARY[0]}, ROTARY[0]]
    elif key == "layer_types" and isinstance(value, list):
        swap = {"full_attention": "sliding_attention", "sliding_attention": "full_attention"}
        found = [[swap.get(each, each) for each in value], value[:1], ["full_attention"] * len(value)]
    elif key in VALUES:
        found = VALUES[key]
    elif isinstance(value, bool):
        found = [not value, None]
    elif isinstance(value, int):
        found = [value + 1, value * 2, 1, 0]
    elif isinstance(value, float):
        found = [value * 10 + 0.01, 0.5, 0.0]
    elif key.endswith("_token"):
        found = ["river", {"content": "the", "lstrip": False, "rstrip": True, "normalized": False}, "query:"]
    elif key.endswith(("_id", "_size", "_layers", "_length")) or key.startswith(("num_", "top_k")):
        found = [2, 3, 7]
    elif key.startswith(
        ("is_", "use_", "do_", "output_", "add_", "return_", "early_", "remove_", "load_", "tie_", "low_")
    ):
        found = [True, False]
    elif key in ("tokenize_chinese_chars", "strip_accents", "split_special_tokens", "clean_up_tokenization_spaces",
                 "bias", "verbose", "torchscript", "gradient_checkpointing", "force_download"):  # fmt: skip
        found = [True, False]
    else:
        found = [0.7, 2, True]
    different = [each for each in found if each != value or isinstance(each, bool) != isinstance(value, bool)]
    return different[:MOST_VALUES]


def generated(lists):
    """All cases: each family's own keys on its own fixture, what all share on BERT."""
    known = fixtures()
    common = set(lists["common"])

    def of(base, keys):
        own = config(base)
        for key in sorted(keys):
            for value in values(key, default(base, key), own["model_type"]):
                yield {"base": base, "file": "config.json", "set": {key: value}}

    yield from of(BERT, common)
    for family in lists["families"]:
        bases = {}
        for name in sorted(family["fixtures"], key=lambda each: (len(each), each)):
            model_type = config(name)["model_type"]
            if plain(name, known) and model_type in CONFIG_MAPPING:
                bases.setdefault(model_type, name)
        for place, base in enumerate(bases.values()):
            own = {
                key for key, kind in family["keys"].items() if lists["common"].get(key) != kind or kind == "honoured"
            }
            own -= {"model_type", "tokenizer_class"} if base != BERT else set()
            # What differs between the types of one family are their defaults.
            yield from of(base, own if place == 0 else {key for key in own if key not in config(base)})
    for base in (BERT, "xlm-roberta", "qwen3"):
        for key in TOKENIZER:
            for value in values(key, config(base, "tokenizer_config.json").get(key)):
                yield {"base": base, "file": "tokenizer_config.json", "set": {key: value}}
    for file, keys in lists["files"].items():
        path = "" if file.endswith(".json") else file.replace(".", "/") + "/"
        for key in keys:
            for value in values(key, None):
                yield {"base": BERT, "file": "sentence_bert_config.json", "set": {path + key: value}}
    for key in sorted(common | {"num_hidden_layers", "hidden_act", "layer_norm_eps", "hidden_size"}):
        value = (values(key, default(BERT, key)) or [None])[0]
        yield {"base": BERT, "file": "sentence_bert_config.json", "set": {"config_kwargs/" + key: value}}
    for file, keys in MODULES.items():
        for key, several in keys.items():
            for value in several[:MOST_VALUES]:
                yield {"base": BERT, "file": file, "set": {key: value}}


def is_idle(lists, case):
    """Whether a case changes one key of config.json that is called idle."""
    key, *more = case["set"]
    kinds = {each: family["keys"] for family in lists["families"] for each in family["fixtures"]}[case["base"]]
    return case["file"] == "config.json" and not more and kinds.get(key, lists["common"].get(key)) == "idle"


def idle(lists, results, tensors):
    """By type, how far the flips of the keys called idle moved vectors: none may. What the oracle fails on is told instead."""
    plain, moved = {}, {}
    for case in results:
        base, key = case["base"], next(iter(case["set"]))
        if not is_idle(lists, case):
            continue
        if base not in plain:
            with key_cases.changed(base, "config.json", {}) as folder:
                plain[base] = key_cases.vectors(folder)
        flips = moved.setdefault(config(base)["model_type"], {}).setdefault(key, [])
        if "tensor" in case:
            apart = float(np.abs(tensors[case["tensor"]].numpy() - plain[base]).max())
            if apart > key_cases.STILL:
                sys.exit(f"fuzz_keys: {case}: called idle, but the vectors move by {apart:.1e}")
            flips.append("still")
        else:
            flips.append("fails")
    return {each: dict(sorted(keys.items())) for each, keys in sorted(moved.items())}


def main():
    written = TARGET / "known-keys.json"
    if not written.is_file():
        sys.exit("fuzz_keys: no target/known-keys.json found: run KnownKeysTest first, as ./fuzz-keys does.")
    lists = json.loads(written.read_text())
    cases = list(generated(lists))
    if sys.argv[1:] == ["idle"]:
        cases = [case for case in cases if case["file"] == "config.json" and is_idle(lists, case)]
    print(f"{len(cases)} cases", flush=True)

    def report(done):
        if done % 100 == 0:
            print(done, flush=True)

    results, tensors = key_cases.run(cases, report)
    if len(sys.argv) == 1:
        key_cases.write(TARGET / "fuzz-keys", results, tensors)
    still = json.dumps(idle(lists, results, tensors), separators=(",", ":")).replace("},", "},\n")
    (key_cases.RESOURCES / "keys" / "idle.json").write_text(still + "\n")


if __name__ == "__main__":
    main()
