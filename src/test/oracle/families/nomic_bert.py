# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""NomicBERT: rotary positions, SwiGLU, no biases; as transformers 5 saves it, and with the keys of the Hub.

Of what those keys can say, transformers 5 knows neither biases nor layers without a gate. With them its model is given the
layers of nomic-ai/nomic-bert-2048's modeling_hf_nomic_bert.py: qkv_proj_bias stands for the attention's output too, and
activation_function "gelu" for fc2(gelu(fc1(x))). With num_experts each second layer has NomicMoELayer: the sum of what
the experts of the greatest softmax of router(x) make of x, by these weights, plus one bias for all.
"""

import json
import shutil
import tempfile
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from torch import nn
from transformers import BertTokenizer, NomicBertConfig, NomicBertModel
from transformers.conversion_mapping import get_checkpoint_conversion_mapping, register_checkpoint_conversion_mapping

import vocabularies
import weights
from families.bert import SPECIAL
from fixture import Fixture, edit_json, save_model

BIASES = dict.fromkeys(("qkv_proj_bias", "mlp_fc1_bias", "mlp_fc2_bias"), True)
SPREAD = ((r"(q_proj|k_proj)\.weight", weights.SHARP), (r"token_type_embeddings", 0.7))


def save(folder, name="nomic-bert", theta=1000.0):
    vocabulary = vocabularies.wordpiece(SPECIAL)
    config = NomicBertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        max_position_embeddings=128,
        rope_parameters={"rope_type": "default", "rope_theta": theta},
    )
    save_model(
        folder,
        weights.fill(NomicBertModel(config), name, SPREAD),
        BertTokenizer(vocab=vocabulary, model_max_length=64),
        [Pooling(32, "mean"), Normalize()],
        prompts={"query": "search_query: ", "document": "search_document: "},
    )


def save_as_on_the_hub(folder):
    save(folder, "nomic-bert-hub", theta=700.0)
    edit_json(folder / "config.json", lambda saved: hub_config(saved) | {"rotary_emb_base": 700.0})


def hub_config(saved):
    """What nomic-embed-text-v1.5 says in config.json, in the sizes of this folder."""
    return {
        "activation_function": "swiglu",
        "architectures": ["NomicBertModel"],
        "attn_pdrop": 0.0,
        "bos_token_id": None,
        "causal": False,
        "dense_seq_output": True,
        "embd_pdrop": 0.0,
        "eos_token_id": None,
        "fused_bias_fc": True,
        "fused_dropout_add_ln": True,
        "initializer_range": 0.02,
        "layer_norm_epsilon": 1e-12,
        "max_trained_positions": 2048,
        "mlp_fc1_bias": False,
        "mlp_fc2_bias": False,
        "model_type": "nomic_bert",
        "n_embd": 32,
        "n_head": 4,
        "n_inner": 48,
        "n_layer": 2,
        "n_positions": 128,
        "pad_vocab_size_multiple": 64,
        "parallel_block": False,
        "parallel_block_tied_norm": False,
        "prenorm": False,
        "qkv_proj_bias": False,
        "reorder_and_upcast_attn": False,
        "resid_pdrop": 0.0,
        "rotary_emb_base": 1000.0,
        "rotary_emb_fraction": 1.0,
        "rotary_emb_interleaved": False,
        "rotary_emb_scale_base": None,
        "rotary_scaling_factor": None,
        "scale_attn_by_inverse_layer_idx": False,
        "scale_attn_weights": True,
        "summary_activation": None,
        "summary_first_dropout": 0.0,
        "summary_proj_to_labels": True,
        "summary_type": "cls_index",
        "summary_use_proj": True,
        "torch_dtype": "float32",
        "transformers_version": "4.37.2",
        "type_vocab_size": 2,
        "use_cache": True,
        "use_flash_attn": True,
        "use_rms_norm": False,
        "use_xentropy": True,
        "vocab_size": saved["vocab_size"],
    }


def open_as_on_the_hub(folder):
    """transformers 5 reads the Hub's tensors, but not all of the Hub's keys: they are told to it in its own."""
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / "copy"
        shutil.copytree(folder, copy)
        edit_json(copy / "config.json", own_config)
        return SentenceTransformer(str(copy), device="cpu")


def own_config(config):
    return {
        "architectures": ["NomicBertModel"],
        "model_type": "nomic_bert",
        "vocab_size": config["vocab_size"],
        "hidden_size": config["n_embd"],
        "num_hidden_layers": config["n_layer"],
        "num_attention_heads": config["n_head"],
        "intermediate_size": config["n_inner"],
        "max_position_embeddings": config["n_positions"],
        "layer_norm_eps": config["layer_norm_epsilon"],
        "type_vocab_size": config["type_vocab_size"],
        "rope_parameters": {"rope_type": "default", "rope_theta": config["rotary_emb_base"]},
    }


class UngatedLayer(nn.Module):
    """transformers calls the files' fc2 down_proj, and leaves fc1 its name."""

    def __init__(self, config):
        super().__init__()
        self.fc1 = nn.Linear(config.hidden_size, config.intermediate_size, bias=config.mlp_fc1_bias)
        self.down_proj = nn.Linear(config.intermediate_size, config.hidden_size, bias=config.mlp_fc2_bias)

    def forward(self, x):
        return self.down_proj(nn.functional.gelu(self.fc1(x)))


class Router(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layer = nn.Linear(config.hidden_size, config.num_experts, bias=False)


class Experts(nn.Module):
    def __init__(self, config):
        super().__init__()
        rows = config.num_experts * config.intermediate_size
        self.bias = nn.Parameter(torch.empty(config.hidden_size))
        self.mlp = nn.ParameterDict({name: torch.empty(rows, config.hidden_size) for name in ("w1", "w2")})


class ExpertsLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.router = Router(config)
        self.experts = Experts(config)

    def forward(self, x):
        tokens = x.flatten(0, 1)
        weights, chosen = self.router.layer(tokens).softmax(-1).topk(self.config.moe_top_k)
        made = torch.zeros_like(tokens)
        w1, w2 = (self.experts.mlp[name].chunk(self.config.num_experts) for name in ("w1", "w2"))
        for expert in range(self.config.num_experts):
            inner = nn.functional.gelu(tokens @ w1[expert].T) @ w2[expert]
            made += inner * (weights * (chosen == expert)).sum(-1, keepdim=True)
        return (made + self.experts.bias).view_as(x)


class UngatedNomicBert(NomicBertModel):
    def __init__(self, config):
        super().__init__(config)
        width = config.hidden_size
        every = getattr(config, "moe_every_n_layers", 0)
        for i, layer in enumerate(self.layers):
            layer.mlp = ExpertsLayer(config) if every and i % every == 1 else UngatedLayer(config)
            for name in ("q_proj", "k_proj", "v_proj", "o_proj"):
                setattr(layer.self_attn, name, nn.Linear(width, width, bias=config.qkv_proj_bias))


# Its tensors have the names of the files too.
register_checkpoint_conversion_mapping(UngatedNomicBert.__name__, get_checkpoint_conversion_mapping("nomic_bert"))


def save_ungated(folder, name="nomic-bert-ungated", layers=2, **more):
    vocabulary = vocabularies.wordpiece(SPECIAL, 320)
    config = NomicBertConfig(
        vocab_size=len(vocabulary),
        hidden_size=24,
        num_hidden_layers=layers,
        num_attention_heads=4,
        intermediate_size=40,
        max_position_embeddings=128,
        rope_parameters={"rope_type": "default", "rope_theta": 1000.0},
        **BIASES,
        **more,
    )
    tokenizer = BertTokenizer(vocab=vocabulary, model_max_length=48)
    save_model(folder, NomicBertModel(config), tokenizer, [Pooling(24, "mean"), Normalize()])
    weights.fill(UngatedNomicBert(config), name, SPREAD).save_pretrained(folder)
    changes = {"activation_function": "gelu", "n_embd": 24, "n_inner": 40, "n_layer": layers, **BIASES, **more}
    edit_json(folder / "config.json", lambda saved: hub_config(saved) | changes)


def open_ungated(folder):
    model = open_as_on_the_hub(folder)
    config = json.loads((folder / "config.json").read_text())
    more = {key: config[key] for key in [*BIASES, *EXPERTS] if key in config}
    config = NomicBertConfig(**own_config(config), **more)
    model[0].model = UngatedNomicBert.from_pretrained(folder, config=config).eval()
    return model


EXPERTS = {"num_experts": 5, "moe_top_k": 2, "moe_every_n_layers": 2}


def save_experts(folder):
    """What nomic-embed-text-v2-moe has, besides its vocabulary."""
    save_ungated(folder, "nomic-bert-experts", 3, **EXPERTS)

    def change(config):
        return config | {
            "expert_choice_router": False,
            "ffn_div": 1.0,
            "moe_impl": "megablocks",
            "moe_normalize_expert_weights": False,
            "moe_resid_pdrop": 0.0,
            "num_shared_experts": 0,
            "rotary_emb_base": 10000.0,
        }

    edit_json(folder / "config.json", change)


CASES = {"plain": {}, "query": {"prompt-name": "query"}}
FIXTURES = [
    Fixture("nomic-bert", save, CASES, settings={"rope_parameters.rope_theta": 10000.0, "hidden_act": "gelu"}),
    Fixture(
        "nomic-bert-hub", save_as_on_the_hub, CASES, settings={"rotary_emb_base": 10000.0}, open=open_as_on_the_hub
    ),
    Fixture(
        "nomic-bert-ungated",
        save_ungated,
        settings={"rotary_emb_base": 10000.0, **dict.fromkeys(BIASES, False)},
        open=open_ungated,
    ),
    Fixture(
        "nomic-bert-experts",
        save_experts,
        settings={"moe_top_k": 3, "rotary_emb_base": 300.0},
        open=open_ungated,
    ),
]
