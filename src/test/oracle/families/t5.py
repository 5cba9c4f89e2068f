# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""The encoder of T5: relative positions in buckets, the last of which takes more than 90 tokens to reach."""

import torch
from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling
from transformers import (
    MT5Config,
    MT5EncoderModel,
    T5Config,
    T5EncoderModel,
    T5Tokenizer,
    UMT5Config,
    UMT5EncoderModel,
)

import vocabularies
import weights
from fixture import Fixture, save_model


def save(folder, name, projection, config_class=T5Config, model_class=T5EncoderModel):
    extra = [f"<extra_id_{i}>" for i in reversed(range(3))]
    vocabulary = vocabularies.unigram(["<pad>", "</s>", "<unk>"], extra)
    tokenizer = T5Tokenizer(vocab=vocabulary, extra_ids=3, model_max_length=160)
    config = config_class(
        vocab_size=len(vocabulary),
        d_model=32,
        d_kv=10,
        d_ff=40,
        num_layers=2,
        num_heads=4,
        feed_forward_proj=projection,
    )
    # Scores are not divided by the root of a head's width here.
    spread = ((r"SelfAttention\.(q|k)\.weight", 0.8), (r"relative_attention_bias", 1.5))
    dense = Dense(32, 24, bias=False, activation_function=torch.nn.Identity())
    save_model(
        folder,
        weights.fill(model_class(config), name, spread),
        tokenizer,
        [Pooling(32, "mean"), weights.fill(dense, f"{name}-2"), Normalize()],
    )


CASES = {"plain": {}, "prompt": {"prompt": "Represent this: "}}
SETTINGS = {"relative_attention_max_distance": 64}
# Bucket 16 would be for keys behind the query at a distance of 0.
ROWS = {"encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight": (16,)}
FIXTURES = [
    Fixture("t5-relu", lambda folder: save(folder, "t5-relu", "relu"), CASES, settings=SETTINGS, rows=ROWS),
    Fixture("t5-gated-gelu", lambda folder: save(folder, "t5-gated-gelu", "gated-gelu"), CASES, settings=SETTINGS),
    Fixture(
        "mt5",
        lambda folder: save(folder, "mt5", "gated-gelu", MT5Config, MT5EncoderModel),
        CASES,
        settings=SETTINGS,
    ),
    # A table of distances in each layer, and another default than T5's.
    Fixture(
        "umt5",
        lambda folder: save(folder, "umt5", "gated-gelu", UMT5Config, UMT5EncoderModel),
        CASES,
        settings=SETTINGS,
    ),
]
