# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Longformer: RoBERTa whose tokens see a window, another one in each layer here.

Sentence Transformers gives no token the attention to all others, so that the projections for these are idle.
"""

import torch
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import LongformerConfig, LongformerModel

import weights
from families.bert import IDLE, SPREAD
from families.roberta import roberta_tokenizer
from fixture import Fixture, edit_json, publish_tensors, save_model


def save(folder):
    tokenizer = roberta_tokenizer(model_max_length=160)
    config = LongformerConfig(
        vocab_size=len(tokenizer),
        hidden_size=24,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=40,
        max_position_embeddings=162,
        type_vocab_size=1,
        layer_norm_eps=1e-5,
        pad_token_id=1,
        attention_window=[8, 32],
    )
    model = weights.fill(LongformerModel(config), "longformer", SPREAD)
    save_model(folder, model, tokenizer, [Pooling(24, "mean"), Normalize()])
    edit_json(folder / "tokenizer_config.json", lambda content: content | {"tokenizer_class": "LongformerTokenizer"})
    publish_tensors(
        folder,
        "longformer.",
        longformer__embeddings__position_ids=torch.arange(162)[None],
        lm_head__layer_norm__bias=torch.ones(24),
    )


FIXTURES = [
    Fixture(
        "longformer",
        save,
        {"plain": {}, "prompt": {"prompt": "query: "}},
        (*(each.replace("^", "") for each in IDLE), r"_global\.", r"position_ids$", r"^lm_head\."),
        settings={"attention_window": [8, 16], "pad_token_id": 0},
    ),
]
