# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""GTE-new ("new" on the Hub, "gte" in transformers 5): rotary positions of another scale, GEGLU whose gate is the second half.

The folders have the Hub's keys and tensors. transformers 5 maps the tensors, and is told the keys in its own; it does not
know the scaling "ntk" of Alibaba's modeling.py, by which base and frequencies are fixed when the model is made:
base = theta * factor, frequency i = base^(-2i/d) / factor^(2/d). Without pack_qkv that modeling.py has a product each for
queries, keys and values, as transformers 5 has in any case, where it lacks but the Hub's names for them.
"""

import re
import shutil
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import BertTokenizer, GteConfig, GteModel, XLMRobertaTokenizer

import vocabularies
import weights
from families.bert import SPECIAL
from fixture import Fixture, edit_json, save_model

SPREAD = ((r"(q_proj|k_proj)\.weight", weights.SHARP), (r"token_type_embeddings", 0.7))


def save(folder, name, tokenizer, types, theta, factor, modules, prefix="", hidden=32, packed=True):
    config = GteConfig(
        vocab_size=len(tokenizer),
        hidden_size=hidden,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=40,
        max_position_embeddings=128,
        type_vocab_size=types,
        pad_token_id=tokenizer.pad_token_id,
        rope_parameters={"rope_type": "default", "rope_theta": theta},
    )
    save_model(folder, weights.fill(GteModel(config), name, SPREAD), tokenizer, [Pooling(hidden, "cls"), *modules])

    def change(config):
        return {
            "architectures": ["NewModel"],
            "attention_probs_dropout_prob": 0.0,
            "classifier_dropout": None,
            "hidden_act": "gelu",
            "hidden_dropout_prob": 0.1,
            "hidden_size": hidden,
            "initializer_range": 0.02,
            "intermediate_size": 40,
            "layer_norm_eps": 1e-12,
            "layer_norm_type": "layer_norm",
            "logn_attention_clip1": False,
            "logn_attention_scale": False,
            "max_position_embeddings": 128,
            "model_type": "new",
            "num_attention_heads": 4,
            "num_hidden_layers": 2,
            "pack_qkv": packed,
            "pad_token_id": config["pad_token_id"],
            "position_embedding_type": "rope",
            "rope_scaling": {"factor": factor, "type": "ntk"} if factor else None,
            "rope_theta": theta,
            "torch_dtype": "float32",
            "transformers_version": "4.39.1",
            "type_vocab_size": types,
            "unpad_inputs": False,
            "use_memory_efficient_attention": False,
            "vocab_size": config["vocab_size"],
        }

    edit_json(folder / "config.json", change)
    file = folder / "model.safetensors"
    tensors = load_file(file) if packed else unpacked(load_file(file))
    save_file({prefix + name: tensor for name, tensor in tensors.items()}, file, {"format": "pt"})


def unpacked(tensors):
    apart = {name: tensor for name, tensor in tensors.items() if ".qkv_proj." not in name}
    for name in tensors.keys() - apart.keys():
        for part, tensor in zip("qkv", tensors[name].chunk(3)):
            apart[name.replace(".qkv_proj.", f".{part}_proj.")] = tensor.clone()
    return apart


def save_english(folder):
    tokenizer = BertTokenizer(vocab=vocabularies.wordpiece(SPECIAL), model_max_length=64)
    save(folder, "gte-new", tokenizer, 0, 500000.0, 2.0, [])


def save_multilingual(folder):
    vocabulary = vocabularies.unigram(["<s>", "<pad>", "</s>", "<unk>"], ["<mask>"])
    tokenizer = XLMRobertaTokenizer(vocab=vocabulary, model_max_length=64)
    save(folder, "gte-new-multilingual", tokenizer, 1, 20000.0, 8.0, [Normalize()], prefix="new.")


def save_unscaled(folder):
    tokenizer = BertTokenizer(vocab=vocabularies.wordpiece(SPECIAL), model_max_length=48)
    save(folder, "gte-new-unscaled", tokenizer, 2, 10000.0, None, [Normalize()])


def save_unpacked(folder):
    tokenizer = BertTokenizer(vocab=vocabularies.wordpiece(SPECIAL, 320), model_max_length=48)
    save(folder, "gte-new-unpacked", tokenizer, 1, 10000.0, None, [Normalize()], hidden=24, packed=False)


def open_new(folder):
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / "copy"
        shutil.copytree(folder, copy)
        kept = {}

        def change(config):
            kept.update(config)
            changed = {key: value for key, value in config.items() if key not in ("rope_scaling", "rope_theta")}
            changed |= {
                "architectures": ["GteModel"],
                "model_type": "gte",
                "rope_parameters": {"rope_type": "default", "rope_theta": config["rope_theta"]},
            }
            return changed

        edit_json(copy / "config.json", change)
        if not kept["pack_qkv"]:
            file = copy / "model.safetensors"
            tensors = load_file(file)
            named = {re.sub(r"\.attention\.([qkv]_proj)\.", r".self_attn.\1.", name): tensors[name] for name in tensors}
            save_file(named, file, {"format": "pt"})
        model = SentenceTransformer(str(copy), device="cpu")
    if kept["rope_scaling"]:
        rotary = model[0].model.rotary_emb
        factor = kept["rope_scaling"]["factor"]
        width = kept["hidden_size"] // kept["num_attention_heads"]
        base = kept["rope_theta"] * factor
        frequencies = 1.0 / (base ** (torch.arange(0, width, 2, dtype=torch.float) / width))
        rotary.inv_freq.copy_(frequencies / factor ** (2 / width))
    return model


CASES = {"plain": {}, "prompt": {"prompt": "query: "}, "dimensions": {"dimensions": 16, "normalize": True}}
SETTINGS = {"rope_theta": 100.0, "hidden_act": "gelu_new"}
SCALED = SETTINGS | {"rope_scaling.factor": 4.0}
FIXTURES = [
    Fixture("gte-new", save_english, CASES, settings=SCALED, open=open_new),
    Fixture("gte-new-multilingual", save_multilingual, {"plain": {}}, settings=SCALED, open=open_new),
    Fixture("gte-new-unscaled", save_unscaled, {"plain": {}}, settings=SETTINGS, open=open_new),
    Fixture("gte-new-unpacked", save_unpacked, {"plain": {}}, settings=SETTINGS, open=open_new),
]
