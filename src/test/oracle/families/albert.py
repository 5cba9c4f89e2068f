# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""ALBERT: BERT whose layers share their weights, by groups, and whose tokens have narrower vectors than these."""

import torch
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import AlbertConfig, AlbertModel, AlbertTokenizer

import vocabularies
import weights
from families.bert import SPREAD
from fixture import Fixture, publish_tensors, save_model

IDLE = (r"attention\.key\.bias$", r"pooler\.")


def save(folder, name, groups, **changes):
    vocabulary = vocabularies.unigram(["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"], size=380)
    tokenizer = AlbertTokenizer(vocab=vocabulary, model_max_length=64)
    config = AlbertConfig(
        vocab_size=len(tokenizer),
        embedding_size=16,
        hidden_size=32,
        num_hidden_layers=5,
        num_hidden_groups=groups,
        num_attention_heads=4,
        intermediate_size=48,
        max_position_embeddings=64,
        **changes,
    )
    model = weights.fill(AlbertModel(config), name, SPREAD)
    save_model(folder, model, tokenizer, [Pooling(32, "mean"), Normalize()])


def save_published(folder):
    save(folder, "albert", 1)
    publish_tensors(
        folder,
        "albert.",
        albert__embeddings__position_ids=torch.arange(64)[None],
        predictions__dense__bias=torch.ones(16),
    )


FIXTURES = [
    Fixture(
        "albert",
        save_published,
        {"plain": {}, "prompt": {"prompt": "query: "}},
        (*IDLE, r"position_ids$", r"^predictions\."),
        settings={"hidden_act": "relu", "num_hidden_layers": 4, "layer_norm_eps": 0.01},
    ),
    Fixture(
        "albert-groups",
        lambda folder: save(folder, "albert-groups", 2, hidden_act="relu"),
        {"plain": {}},
        IDLE,
        settings={"num_hidden_layers": 4},
    ),
]
