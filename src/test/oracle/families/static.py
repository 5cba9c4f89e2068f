# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Static embeddings: the mean of the tokens' rows, as Sentence Transformers and as Model2Vec save them.

Tables in float16 are widened to float32 before the golden vectors are computed: encode would also add up in float16, whose
rounding is no property of the model.
"""

import numpy as np
import torch
from model2vec import StaticModel
from model2vec.quantization import DType, quantize_embeddings
from safetensors.torch import load_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
from tokenizers import Tokenizer
from transformers import BertTokenizer

import vocabularies
import weights
from families.bert import SPECIAL
from fixture import Fixture, edit_json

WIDTH = 48


def tokenizer():
    return BertTokenizer(vocab=vocabularies.wordpiece(SPECIAL)).backend_tokenizer


def table(name, rows):
    return 0.4 * torch.randn((rows, WIDTH), generator=weights.seeded(name, "table"))


def save(folder):
    words = tokenizer()
    static = StaticEmbedding(words, embedding_weights=table("static", words.get_vocab_size()))
    model = SentenceTransformer(modules=[static], prompts={"query": "find: "}, device="cpu")
    model.save(str(folder), create_model_card=False)


def save_nested(folder):
    """In a folder of its own and with limits in tokenizer.json, of which the cut holds and the padding does not."""
    words = tokenizer()
    static = StaticEmbedding(words, embedding_weights=table("static-nested", words.get_vocab_size()))
    model = SentenceTransformer(modules=[static, Normalize()], device="cpu")
    model.save(str(folder), create_model_card=False)
    nested = folder / "0_StaticEmbedding"
    nested.mkdir(exist_ok=True)
    for file in ("model.safetensors", "tokenizer.json"):
        if (folder / file).exists():
            (folder / file).rename(nested / file)

    def change(modules):
        modules[0] |= {"path": nested.name, "type": "sentence_transformers.models.StaticEmbedding"}
        modules[1] |= {"type": "sentence_transformers.models.Normalize"}

    edit_json(folder / "modules.json", change)
    limits = {
        "truncation": {"direction": "Right", "max_length": 24, "strategy": "LongestFirst", "stride": 0},
        "padding": {
            "strategy": {"Fixed": 12},
            "direction": "Right",
            "pad_to_multiple_of": None,
            "pad_id": 0,
            "pad_type_id": 0,
            "pad_token": "[PAD]",
        },
    }
    edit_json(nested / "tokenizer.json", lambda content: content | limits)


def save_model2vec(folder):
    words = tokenizer()
    vectors = table("model2vec", words.get_vocab_size()).numpy().astype(np.float16)
    StaticModel(vectors, words, {"model_type": "model2vec", "hidden_dim": WIDTH}, normalize=True).save_pretrained(folder)


def save_int8(folder):
    """Model2Vec's quantize_to="int8", which leaves the step out: Normalize makes up for it."""
    words = tokenizer()
    rows = quantize_embeddings(table("model2vec-int8", words.get_vocab_size()).numpy(), DType.Int8)
    StaticModel(rows, words, {"model_type": "model2vec", "hidden_dim": WIDTH}, normalize=True).save_pretrained(folder)


def open_int8(folder):
    """Sentence Transformers asks torch for gradients, which torch 2.7 has none of for whole numbers; newer ones do."""
    rows = load_file(folder / "model.safetensors")["embeddings"].float()
    static = StaticEmbedding(Tokenizer.from_file(str(folder / "tokenizer.json")), embedding_weights=rows)
    return SentenceTransformer(modules=[static, Normalize()], device="cpu")


def save_quantized_int8(folder):
    """The same with fewer rows than tokens, and weights and numbers of rows in other formats."""
    words = tokenizer()
    tokens = words.get_vocab_size()
    mapping = torch.randint(0, 150, (tokens,), generator=weights.seeded("model2vec-quantized-int8", "mapping"))
    factors = torch.rand((tokens,), generator=weights.seeded("model2vec-quantized-int8", "weights")) + 0.5
    model = StaticModel(
        quantize_embeddings(table("model2vec-quantized-int8", 150).numpy(), DType.Int8),
        words,
        {"model_type": "model2vec", "hidden_dim": WIDTH},
        normalize=True,
        weights=factors.double().numpy(),
        token_mapping=mapping.int().numpy(),
    )
    model.save_pretrained(folder)


def save_quantized(folder):
    """Fewer rows than tokens: each token has the number of its row and a weight."""
    words = tokenizer()
    tokens = words.get_vocab_size()
    mapping = torch.randint(0, 150, (tokens,), generator=weights.seeded("model2vec-quantized", "mapping"))
    factors = torch.rand((tokens,), generator=weights.seeded("model2vec-quantized", "weights")) + 0.5
    model = StaticModel(
        table("model2vec-quantized", 150).numpy(),
        words,
        {"model_type": "model2vec", "hidden_dim": WIDTH},
        normalize=True,
        weights=factors.numpy(),
        token_mapping=mapping.numpy(),
    )
    model.save_pretrained(folder)


FIXTURES = [
    Fixture("static", save, {"plain": {}, "query": {"prompt-name": "query"}, "short": {"dimensions": 16}}),
    Fixture("static-nested", save_nested),
    Fixture("model2vec", save_model2vec, {"plain": {}, "short": {"dimensions": 16, "normalize": True}}),
    Fixture("model2vec-quantized", save_quantized),
    Fixture("model2vec-int8", save_int8, open=open_int8),
    Fixture("model2vec-quantized-int8", save_quantized_int8),
]
