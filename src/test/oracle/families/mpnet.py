# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""MPNet: relative positions in buckets, the last of which takes more than 90 tokens to reach."""

from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import MPNetConfig, MPNetModel, MPNetTokenizer

import vocabularies
import weights
from fixture import Fixture, save_model


def save(folder):
    vocabulary = vocabularies.wordpiece(["<s>", "<pad>", "</s>", "[UNK]", "<mask>"])
    config = MPNetConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        max_position_embeddings=162,
        layer_norm_eps=1e-5,
        pad_token_id=1,
    )
    spread = (
        (r"attn\.(q|k)\.weight", weights.SHARP),
        (r"position_embeddings", 0.7),
        (r"pooler", 0.1),
    )
    model = weights.fill(MPNetModel(config), "mpnet", spread)
    tokenizer = MPNetTokenizer(
        vocab=vocabulary, cls_token="<s>", sep_token="</s>", unk_token="[UNK]", model_max_length=160
    )
    save_model(folder, model, tokenizer, [Pooling(32, "mean"), Normalize()])


FIXTURES = [
    Fixture(
        "mpnet",
        save,
        {"plain": {}, "prompt": {"prompt": "query: "}},
        # A key's bias adds the same to all scores of a query, which softmax takes away again; the pooler is not used.
        idle=(r"attn\.k\.bias$", r"^pooler\."),
        # Bucket 16 would be for keys behind the query at a distance of 0.
        rows={"encoder.relative_attention_bias.weight": (16,)},
    ),
]
