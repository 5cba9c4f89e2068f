# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Gemma 2: bge-multilingual-gemma2, whose scores are capped, and which looks back through a window in every other layer."""

from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import Gemma2Config, Gemma2Model

import weights
from families.gemma3 import tokenizer
from fixture import Fixture, edit_json, save_model

SPREAD = ((r"(q|k)_proj", 2.5), (r"embed_tokens", 0.3))


def save(folder, name, pooling, prompts=None, **more):
    words = tokenizer(200)
    config = Gemma2Config(
        vocab_size=len(words),
        hidden_size=24,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        max_position_embeddings=128,
        query_pre_attn_scalar=12,
        pad_token_id=0,
        eos_token_id=1,
        bos_token_id=2,
        rope_parameters={"rope_type": "default", "rope_theta": 100.0},
        **more,
    )
    model = weights.fill(Gemma2Model(config), name, SPREAD, constant=0.0)
    save_model(folder, model, words, [Pooling(24, pooling), Normalize()], prompts)


def save_older(folder):
    query = "<instruct>Given a web search query, retrieve relevant passages that answer the query.\n<query>"
    save(folder, "gemma2", "lasttoken", {"query": query}, sliding_window=7, attn_logit_softcapping=2.0)

    def change(config):
        for key in ("rope_parameters", "layer_types", "dtype"):
            config.pop(key)
        config |= {
            "cache_implementation": "hybrid",
            "hidden_act": "gelu_pytorch_tanh",
            "rope_theta": 100.0,
            "torch_dtype": "float32",
            "transformers_version": "4.41.0",
        }
        return dict(sorted(config.items()))

    edit_json(folder / "config.json", change)


def save_both_ways(folder):
    save(
        folder,
        "gemma2-both-ways",
        "mean",
        sliding_window=5,
        attn_logit_softcapping=3.0,
        attention_bias=True,
        is_causal=False,
    )


FIXTURES = [
    Fixture(
        "gemma2",
        save_older,
        {"plain": {}, "query": {"prompt-name": "query"}},
        settings={
            "sliding_window": 8,
            "attn_logit_softcapping": None,
            "query_pre_attn_scalar": 24,
            "rope_theta": 1000.0,
            "hidden_activation": "silu",
        },
    ),
    Fixture(
        "gemma2-both-ways",
        save_both_ways,
        settings={
            "is_causal": True,
            "sliding_window": 6,
            "attn_logit_softcapping": 1.0,
            "layer_types": ["full_attention", "sliding_attention"],
        },
    ),
]
