# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""ERNIE: BERT with a table of tasks, of which a single text uses the first row."""

import torch
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import BertTokenizer, ErnieConfig, ErnieModel

import vocabularies
import weights
from families.bert import IDLE, SPECIAL, SPREAD
from fixture import Fixture, publish_tensors, save_model


def save(folder):
    vocabulary = vocabularies.wordpiece(SPECIAL)
    config = ErnieConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        hidden_act="relu",
        max_position_embeddings=64,
        type_vocab_size=4,
        task_type_vocab_size=3,
        use_task_id=True,
        layer_norm_eps=1e-5,
        pad_token_id=0,
    )
    model = weights.fill(ErnieModel(config), "ernie", (*SPREAD, (r"task_type_embeddings", 0.7)))
    save_model(folder, model, BertTokenizer(vocab=vocabulary, model_max_length=64), [Pooling(32, "cls"), Normalize()])
    publish_tensors(folder, "ernie.", ernie__embeddings__position_ids=torch.arange(64)[None])


FIXTURES = [
    Fixture(
        "ernie",
        save,
        {"plain": {}, "prompt": {"prompt": "query: "}},
        (*(each.replace("^", "") for each in IDLE), r"position_ids$"),
        settings={"use_task_id": False, "hidden_act": "gelu", "layer_norm_eps": 0.01},
    ),
]
