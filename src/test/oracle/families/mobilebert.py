# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""MobileBERT: three tokens make one state, layers are narrow within, and in the place of norms are factors and summands."""

import torch
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import BertTokenizer, MobileBertConfig, MobileBertModel

import vocabularies
import weights
from families.bert import SPECIAL
from fixture import Fixture, edit_json, publish_tensors, save_model


def save(folder):
    vocabulary = vocabularies.wordpiece(SPECIAL)
    config = MobileBertConfig(
        vocab_size=len(vocabulary),
        embedding_size=12,
        hidden_size=32,
        intra_bottleneck_size=16,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_feedforward_networks=3,
        intermediate_size=24,
        max_position_embeddings=64,
        pad_token_id=0,
    )
    # Without norms the states grow: less makes scores as large as elsewhere, and more makes a bias matter.
    spread = (
        (r"(query|key)\.weight", 0.4),
        (r"intermediate\.dense\.bias", 3.0),
        (r"position_embeddings|token_type_embeddings", 0.7),
    )
    model = weights.fill(MobileBertModel(config), "mobilebert", spread)
    # The last token of a text reads what is behind it: padding too, which is zeros for a text alone.
    model.embeddings.word_embeddings.weight.data[0] = 0
    tokenizer = BertTokenizer(vocab=vocabulary, model_max_length=64)
    save_model(folder, model, tokenizer, [Pooling(32, "mean"), Normalize()])
    edit_json(folder / "tokenizer_config.json", lambda content: content | {"tokenizer_class": "MobileBertTokenizer"})
    publish_tensors(
        folder,
        "mobilebert.",
        mobilebert__embeddings__position_ids=torch.arange(64)[None],
        cls__predictions__bias=torch.ones(len(vocabulary)),
    )


FIXTURES = [
    Fixture(
        "mobilebert",
        save,
        {"plain": {}, "prompt": {"prompt": "query: "}},
        (r"attention\.self\.key\.bias$", r"\.pooler\.", r"position_ids$", r"^cls\."),
        settings={"hidden_act": "gelu", "num_hidden_layers": 1},
    ),
]
