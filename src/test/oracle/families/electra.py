# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""ELECTRA: BERT whose tokens may have narrower vectors than its layers, without a pooler."""

import torch
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import BertTokenizer, ElectraConfig, ElectraModel

import vocabularies
import weights
from families.bert import SPECIAL, SPREAD
from fixture import Fixture, edit_json, publish_tensors, save_model

# A key's bias adds the same to all scores of a query, which softmax takes away again.
IDLE = (r"attention\.self\.key\.bias$",)


def save(folder, name, embedding, pooling):
    vocabulary = vocabularies.wordpiece(SPECIAL)
    config = ElectraConfig(
        vocab_size=len(vocabulary),
        embedding_size=embedding,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        max_position_embeddings=64,
        pad_token_id=0,
    )
    model = weights.fill(ElectraModel(config), name, SPREAD)
    tokenizer = BertTokenizer(vocab=vocabulary, model_max_length=64)
    save_model(folder, model, tokenizer, [Pooling(32, pooling), Normalize()])


def save_small(folder):
    save(folder, "electra", 20, "mean")
    edit_json(folder / "tokenizer_config.json", lambda content: content | {"tokenizer_class": "ElectraTokenizer"})
    # Older checkpoints have it; transformers 5 gives them absolute positions all the same.
    edit_json(folder / "config.json", lambda content: content | {"position_embedding_type": "relative_key"})
    publish_tensors(
        folder,
        "electra.",
        electra__embeddings__position_ids=torch.arange(64)[None],
        discriminator_predictions__dense__bias=torch.ones(32),
    )


FIXTURES = [
    Fixture(
        "electra",
        save_small,
        {"plain": {}, "prompt": {"prompt": "What is it? "}},
        (*IDLE, r"position_ids$", r"^discriminator_predictions\."),
        settings={"hidden_act": "relu", "layer_norm_eps": 0.01},
    ),
    Fixture("electra-base", lambda folder: save(folder, "electra-base", 32, "cls"), {"plain": {}}, IDLE),
]
