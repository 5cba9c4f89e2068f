# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""The text network of EmbeddingGemma 2: windows to both sides, heads of two sizes, as it is saved or by its pattern."""

import torch
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import EmbeddingGemma2TextConfig, EmbeddingGemma2TextModel

import weights
from families.gemma3 import tokenizer
from fixture import Fixture, edit_json, save_model

SPREAD = ((r"(q|k)_norm", 1.5), (r"embed_tokens", 0.3))


def save(folder, name="embedding-gemma2", layer_types=("sliding_attention", "sliding_attention", "full_attention")):
    words = tokenizer(240)
    config = EmbeddingGemma2TextConfig(
        vocab_size=len(words),
        hidden_size=24,
        intermediate_size=28,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        global_head_dim=12,
        num_global_key_value_heads=1,
        max_position_embeddings=128,
        sliding_window=5,
        layer_types=list(layer_types),
        hidden_size_per_layer_input=10,
        embedding_dim=20,
    )
    model = weights.fill(EmbeddingGemma2TextModel(config), name, SPREAD)
    for i, layer in enumerate(model.layers):
        layer.layer_scalar.copy_(torch.tensor([0.6 + 0.3 * i]))
        # Scores have no scale.
        layer.self_attn.q_norm.weight.data.mul_(0.5)
    save_model(folder, model, words, [Pooling(20, "mean"), Normalize()], prompts={"query": "query: "})


def save_by_pattern(folder):
    """What makes the layers' own settings, in their place."""
    save(folder, "embedding-gemma2-pattern", ("sliding_attention", "full_attention", "full_attention"))

    def change(config):
        config.pop("layer_types")
        config.pop("per_layer_config")
        return config | {"sliding_window_pattern": 2, "global_head_dim": 12, "num_global_key_value_heads": 1}

    edit_json(folder / "config.json", change)


# A norm follows, which no factor moves.
IDLE = (r"^layers\.2\.layer_scalar$",)
FIXTURES = [
    Fixture(
        "embedding-gemma2",
        save,
        {"plain": {}, "query": {"prompt-name": "query"}},
        IDLE,
        settings={
            "sliding_window": 6,
            "rope_parameters.full_attention.rope_theta": 10000.0,
            "rope_parameters.sliding_attention.rope_theta": 1000000.0,
            "hidden_activation": "silu",
        },
    ),
    Fixture("embedding-gemma2-pattern", save_by_pattern, idle=IDLE),
]
