# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""LFM2: short convolutions before and behind a layer of attention; and both ways, with the keys of its first files."""

from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import Lfm2Config, Lfm2Model

import weights
from families.modernbert import tokenizer
from fixture import Fixture, edit_json, save_model


def save(folder, name="lfm2", **more):
    words = tokenizer(300)
    config = Lfm2Config(
        vocab_size=len(words),
        hidden_size=24,
        intermediate_size=50,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=128,
        layer_types=["conv", "full_attention", "conv"],
        block_multiple_of=8,
        pad_token_id=words.pad_token_id,
        bos_token_id=words.cls_token_id,
        eos_token_id=words.sep_token_id,
        **more,
    )
    model = weights.fill(Lfm2Model(config), name, ((r"_layernorm", 2.0), (r"conv\.conv", 0.8)))
    save_model(folder, model, words, [Pooling(24, ("mean", "lasttoken")), Normalize()])


def save_older(folder):
    sizes = {"conv_L_cache": 4, "block_ffn_dim_multiplier": 1.5, "head_dim": 8}
    save(folder, "lfm2-older", is_causal=False, conv_bias=True, **sizes)

    def change(config):
        for key in ("layer_types", "intermediate_size", "rope_parameters"):
            config.pop(key)
        return config | {"full_attn_idxs": [1], "block_ff_dim": 50, "rope_theta": 500.0}

    edit_json(folder / "config.json", change)


FIXTURES = [
    Fixture("lfm2", save, settings={"rope_parameters.rope_theta": 100.0}),
    Fixture("lfm2-older", save_older, settings={"is_causal": True, "rope_theta": 10000.0}),
]
