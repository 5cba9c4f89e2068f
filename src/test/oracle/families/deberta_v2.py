# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""DeBERTa v3, whose distances share the words' products, in buckets; and v2, whose distances have their own.

The second folder has all that the first lacks: positions, types, words of another width, and a convolution.
"""

from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import DebertaV2Config, DebertaV2Model, DebertaV2Tokenizer

import vocabularies
import weights
from fixture import Fixture, edit_json, save_model

SPECIAL = ["[PAD]", "[CLS]", "[SEP]", "[UNK]"]
SPREAD = (
    (r"(query|key)_proj\.weight", weights.SHARP),
    (r"(rel|position|token_type)_embeddings", 0.7),
    (r"self.key_proj\.bias", 3.0),
)


def save(folder, name, hidden, size, limit, **more):
    vocabulary = vocabularies.unigram(SPECIAL, ["[MASK]"], size=size)
    tokenizer = DebertaV2Tokenizer(vocab=vocabulary, model_max_length=limit)
    config = DebertaV2Config(
        vocab_size=len(tokenizer),
        hidden_size=hidden,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=40,
        relative_attention=True,
        **more,
    )
    save_model(
        folder,
        weights.fill(DebertaV2Model(config), name, SPREAD),
        tokenizer,
        [Pooling(hidden, "mean"), Normalize()],
    )


def save_v3(folder):
    save(
        folder,
        "deberta-v3",
        24,
        300,
        200,
        max_position_embeddings=64,
        position_biased_input=False,
        position_buckets=12,
        norm_rel_ebd="layer_norm",
        share_att_key=True,
        pos_att_type="p2c|c2p",
    )

    def change(config):
        return config | {"pos_att_type": "p2c|c2p"}

    edit_json(folder / "config.json", change)


def save_v2(folder):
    save(
        folder,
        "deberta-v2",
        20,
        240,
        160,
        max_position_embeddings=160,
        max_relative_positions=24,
        type_vocab_size=2,
        embedding_size=16,
        pos_att_type=["p2c", "c2p"],
        conv_kernel_size=3,
        conv_act="gelu",
        hidden_act="gelu_new",
    )


def save_position_to_content(folder):
    save(
        folder,
        "deberta-v2-p2c",
        16,
        200,
        64,
        max_position_embeddings=64,
        position_biased_input=False,
        position_buckets=16,
        pos_att_type=["p2c"],
    )


FIXTURES = [
    Fixture(
        "deberta-v3",
        save_v3,
        settings={"max_position_embeddings": 40, "layer_norm_eps": 0.01},
    ),
    Fixture(
        "deberta-v2",
        save_v2,
        # One query's scores with all distances move alike, which softmax does not see.
        idle=(r"pos_key_proj\.bias$",),
        settings={"conv_act": "relu", "hidden_act": "relu"},
        rows={"embeddings.token_type_embeddings.weight": {1}},
    ),
    Fixture("deberta-v2-p2c", save_position_to_content),
]
