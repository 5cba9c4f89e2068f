# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""SmolLM3: layers without positions, which alone look through a window where the file does not list the layers' types."""

from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import SmolLM3Config, SmolLM3Model

import weights
from families.llama import tokenizer
from fixture import Fixture, edit_json, save_model


def save(folder, name, pooling, **more):
    words = tokenizer()
    config = SmolLM3Config(
        vocab_size=len(words),
        hidden_size=24,
        intermediate_size=32,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=128,
        rope_parameters={"rope_type": "default", "rope_theta": 100.0},
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
        **more,
    )
    save_model(folder, weights.fill(SmolLM3Model(config), name), words, [Pooling(24, pooling), Normalize()])


def save_older(folder):
    save(folder, "smollm3", "lasttoken", no_rope_layers=[1, 0, 1], use_sliding_window=True, sliding_window=9)

    def change(config):
        for key in ("rope_parameters", "layer_types", "dtype"):
            config.pop(key)
        config |= {"rope_scaling": None, "rope_theta": 100.0, "transformers_version": "4.54.0"}
        return dict(sorted(config.items()))

    edit_json(folder / "config.json", change)


def save_both_ways(folder):
    save(
        folder,
        "smollm3-both-ways",
        "mean",
        no_rope_layer_interval=2,
        attention_bias=True,
        mlp_bias=True,
        is_causal=False,
    )
    edit_json(folder / "config.json", lambda config: config.pop("no_rope_layers") and config)


FIXTURES = [
    Fixture(
        "smollm3",
        save_older,
        settings={
            "no_rope_layers": [1, 1, 0],
            "use_sliding_window": False,
            "sliding_window": 10,
            "rope_theta": 1000.0,
        },
    ),
    Fixture(
        "smollm3-both-ways",
        save_both_ways,
        # Without positions, a bias of the keys adds the same to all scores of a query.
        idle=(r"layers\.1\.self_attn\.k_proj\.bias",),
        settings={"is_causal": True, "no_rope_layer_interval": 3},
    ),
]
