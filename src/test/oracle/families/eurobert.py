# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""EuroBERT: Llama's network, looking both ways; as it is saved, and with the keys of the Hub and every bias."""

from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import EuroBertConfig, EuroBertModel

import weights
from families.llama import SPREAD, tokenizer
from fixture import Fixture, edit_json, save_model


def save(folder, name="eurobert", **more):
    words = tokenizer(300)
    config = EuroBertConfig(
        vocab_size=len(words),
        hidden_size=24,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=128,
        rms_norm_eps=0.01,
        rope_parameters={"rope_type": "default", "rope_theta": 500.0},
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
        mask_token_id=3,
        **more,
    )
    model = weights.fill(EuroBertModel(config), name, SPREAD)
    save_model(folder, model, words, [Pooling(24, "mean"), Normalize()])


def save_as_on_the_hub(folder):
    save(folder, "eurobert-hub", num_key_value_heads=2, attention_bias=True, mlp_bias=True)

    def change(config):
        for key in ("rope_parameters", "dtype", "rms_norm_eps"):
            config.pop(key)
        config |= {
            "auto_map": {"AutoModel": "modeling_eurobert.EuroBertModel"},
            "clf_pooling": "late",
            "rope_scaling": None,
            "rope_theta": 500.0,
            "torch_dtype": "float32",
            "transformers_version": "4.40.0",
        }
        return dict(sorted(config.items()))

    edit_json(folder / "config.json", change)


FIXTURES = [
    Fixture(
        "eurobert",
        save,
        settings={"rms_norm_eps": 1e-6, "rope_parameters.rope_theta": 250000.0, "hidden_act": "gelu"},
    ),
    Fixture("eurobert-hub", save_as_on_the_hub, settings={"rope_theta": 10000.0}),
]
