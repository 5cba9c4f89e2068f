# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Megatron-BERT: BERT with norms before each part, and one behind the last."""

import torch
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import BertTokenizer, MegatronBertConfig, MegatronBertModel

import vocabularies
import weights
from families.bert import IDLE, SPECIAL, SPREAD
from fixture import Fixture, publish_tensors, save_model


def save(folder):
    vocabulary = vocabularies.wordpiece(SPECIAL, lowercase=False)
    config = MegatronBertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        hidden_act="gelu_new",
        max_position_embeddings=64,
        pad_token_id=0,
    )
    model = weights.fill(MegatronBertModel(config), "megatron-bert", SPREAD)
    tokenizer = BertTokenizer(vocab=vocabulary, do_lower_case=False, model_max_length=64)
    save_model(folder, model, tokenizer, [Pooling(32, "mean"), Normalize()])
    publish_tensors(
        folder,
        "bert.",
        bert__embeddings__position_ids=torch.arange(64)[None],
        cls__predictions__bias=torch.ones(len(vocabulary)),
    )


FIXTURES = [
    Fixture(
        "megatron-bert",
        save,
        {"plain": {}, "prompt": {"prompt": "query: "}},
        (*(each.replace("^", "") for each in IDLE), r"position_ids$", r"^cls\."),
        settings={"hidden_act": "relu", "layer_norm_eps": 0.1},
    ),
]
