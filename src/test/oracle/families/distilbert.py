# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""DistilBERT."""

from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import DistilBertConfig, DistilBertModel, DistilBertTokenizer

import vocabularies
import weights
from families.bert import SPECIAL
from fixture import Fixture, save_model


def save(folder):
    vocabulary = vocabularies.wordpiece(SPECIAL, lowercase=False)
    config = DistilBertConfig(
        vocab_size=len(vocabulary),
        dim=32,
        n_layers=2,
        n_heads=4,
        hidden_dim=48,
        max_position_embeddings=64,
        pad_token_id=0,
    )
    spread = ((r"(q_lin|k_lin)\.weight", weights.SHARP), (r"position_embeddings", 0.7))
    model = weights.fill(DistilBertModel(config), "distilbert", spread)
    tokenizer = DistilBertTokenizer(vocab=vocabulary, do_lower_case=False, model_max_length=64)
    save_model(folder, model, tokenizer, [Pooling(32, "mean"), Normalize()])


FIXTURES = [
    # A key's bias adds the same to all scores of a query, which softmax takes away again.
    Fixture("distilbert", save, {"plain": {}, "prompt": {"prompt": "What is it? "}}, (r"k_lin\.bias$",)),
]
