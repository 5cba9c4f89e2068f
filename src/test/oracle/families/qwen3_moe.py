# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Qwen3 with experts in some layers, of which each token goes through two."""

from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import Qwen3MoeConfig, Qwen3MoeModel

import weights
from families.qwen3 import END, tokenizer
from fixture import Fixture, save_model

# A router that is sure of its first choice makes little of a close second one, which half precision may miss.
SPREAD = ((r"mlp\.gate\.", 16.0),)


def save(folder, name, pooling, **more):
    words = tokenizer(300)
    config = Qwen3MoeConfig(
        vocab_size=len(words),
        hidden_size=24,
        intermediate_size=32,
        moe_intermediate_size=16,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        max_position_embeddings=128,
        rope_parameters={"rope_type": "default", "rope_theta": 100.0},
        num_experts=5,
        num_experts_per_tok=2,
        bos_token_id=words.convert_tokens_to_ids(END),
        eos_token_id=words.convert_tokens_to_ids(END),
        **more,
    )
    model = weights.fill(Qwen3MoeModel(config), name, SPREAD)
    save_model(folder, model, words, [Pooling(24, pooling), Normalize()])


def save_causal(folder):
    save(folder, "qwen3-moe", "mean", norm_topk_prob=True, mlp_only_layers=[1])


def save_both_ways(folder):
    save(
        folder,
        "qwen3-moe-both-ways",
        "mean",
        decoder_sparse_step=2,
        use_sliding_window=True,
        sliding_window=5,
        is_causal=False,
    )


FIXTURES = [
    Fixture("qwen3-moe", save_causal, settings={"norm_topk_prob": False, "num_experts_per_tok": 3}),
    Fixture(
        "qwen3-moe-both-ways",
        save_both_ways,
        settings={"is_causal": True, "norm_topk_prob": True, "sliding_window": 6, "use_sliding_window": False},
    ),
]
