# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""BERT."""

from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import BertConfig, BertModel, BertTokenizer

import vocabularies
import weights
from fixture import Fixture, save_model

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
# A key's bias adds the same to all scores of a query, which softmax takes away again; the pooler is not used.
IDLE = (r"attention\.self\.key\.bias$", r"^pooler\.")
SPREAD = (
    (r"(query|key)\.weight", weights.SHARP),
    (r"position_embeddings|token_type_embeddings", 0.7),
    (r"pooler", 0.1),
)


def model(name, vocabulary, layers=3, **changes):
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=layers,
        num_attention_heads=4,
        intermediate_size=48,
        max_position_embeddings=64,
        pad_token_id=0,
        **changes,
    )
    return weights.fill(BertModel(config), name, SPREAD)


def save(folder):
    vocabulary = vocabularies.wordpiece(SPECIAL)
    save_model(
        folder,
        model("bert", vocabulary),
        BertTokenizer(vocab=vocabulary, model_max_length=48),
        [Pooling(32, "mean"), Normalize()],
        prompts={"query": "search for: ", "document": "A text: "},
    )


FIXTURES = [
    Fixture(
        "bert",
        save,
        cases={
            "plain": {},
            "prompt": {"prompt": "How about this? "},
            "prompt-name": {"prompt-name": "query"},
            "dimensions": {"dimensions": 20, "normalize": True},
        },
        idle=IDLE,
        encodings=("int8", "uint8", "binary", "ubinary"),
    )
]
