# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Jina BERT v2: BERT without positions, with ALiBi, and with gates in its feed-forward layers.

transformers 5 cannot run the remote code of jinaai/jina-bert-implementation, whose forward pass is written out below on top of
BertModel's embeddings and attention projections: bias -slope * |q - k| on the scaled scores, slopes as in the paper's Annex and
its code for head counts that are no power of 2; GLU of gated_layers, whose first half goes through the activation. The tensors'
names are those of jinaai/jina-embeddings-v2-base-en. Where feed_forward_type is "original", these layers are BertModel's own.

The variant of jinaai/jina-bert-v2-qk-post-norm, with the names of jinaai/jina-embeddings-v2-base-code, norms the queries and the
keys of all heads together, and adds what attention read a second time.
"""

import math
import shutil
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from torch import nn
from transformers import BertConfig, BertModel, BertTokenizer
from transformers.modeling_outputs import BaseModelOutput

import vocabularies
import weights
from families.bert import IDLE, SPECIAL, SPREAD
from families.roberta import roberta_tokenizer
from fixture import Fixture, edit_json, save_model

CODE = "jinaai/jina-bert-v2-qk-post-norm"
CODE_SPREAD = ((r"(query|key)\.bias", 5.0), (r"layer_norm_[qk]\.weight", 4.0))


def slopes(heads):
    if math.log2(heads).is_integer():
        start = 2 ** (-(2 ** -(math.log2(heads) - 3)))
        return [start * start**i for i in range(heads)]
    lower = 2 ** math.floor(math.log2(heads))
    return slopes(lower) + slopes(2 * lower)[0::2][: heads - lower]


class GatedLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.gated_layers = nn.Linear(config.hidden_size, 2 * config.intermediate_size, bias=False)
        self.wo = nn.Linear(config.intermediate_size, config.hidden_size)
        self.layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.activation = {"geglu": nn.GELU(), "reglu": nn.ReLU()}[config.feed_forward_type]

    def forward(self, x):
        gate, value = self.gated_layers(x).chunk(2, dim=-1)
        return self.layernorm(x + self.wo(self.activation(gate) * value))


class CodeLayer(nn.Module):
    """The feed-forward layer of the variant for code, whose second half goes through the activation."""

    def __init__(self, config):
        super().__init__()
        self.up_gated_layer = nn.Linear(config.hidden_size, 2 * config.intermediate_size, bias=False)
        self.down_layer = nn.Linear(config.intermediate_size, config.hidden_size)
        self.activation = {"geglu": nn.GELU(), "reglu": nn.ReLU()}[config.feed_forward_type]

    def forward(self, x):
        value, gate = self.up_gated_layer(x).chunk(2, dim=-1)
        return self.down_layer(value * self.activation(gate))


class JinaBert(nn.Module):
    """BertModel's modules under their own names, but for positions and feed-forward layers."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        bert = BertModel(config)
        del bert.embeddings.position_embeddings
        self.embeddings, self.encoder, self.pooler = bert.embeddings, bert.encoder, bert.pooler
        self.gated = config.feed_forward_type != "original"
        self.norms_queries = getattr(config, "norms_queries", False)
        for layer in self.encoder.layer if self.gated else ():
            del layer.intermediate, layer.output
            layer.mlp = CodeLayer(config) if self.norms_queries else GatedLayer(config)
            for parent, name in (
                (layer.attention.self, "layer_norm_q"),
                (layer.attention.self, "layer_norm_k"),
                (layer, "layer_norm_1"),
                (layer, "layer_norm_2"),
            ):
                if self.norms_queries:
                    setattr(parent, name, nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps))
        self.register_buffer("slopes", torch.tensor(slopes(config.num_attention_heads)), persistent=False)

    def forward(self, input_ids, attention_mask, token_type_ids=None, **ignored):
        types = torch.zeros_like(input_ids) if token_type_ids is None else token_type_ids
        x = self.embeddings.word_embeddings(input_ids) + self.embeddings.token_type_embeddings(types)
        x = self.embeddings.LayerNorm(x)
        places = torch.arange(input_ids.shape[1])
        distances = (places[:, None] - places[None, :]).abs()
        bias = -self.slopes[None, :, None, None] * distances
        bias = bias + (1 - attention_mask[:, None, None, :].to(x.dtype)) * torch.finfo(x.dtype).min
        for layer in self.encoder.layer:
            attended = self.attend(layer.attention, x, bias)
            if self.norms_queries:
                x = layer.layer_norm_1(x + attended)
                x = layer.layer_norm_2(x + layer.mlp(x))
            else:
                x = layer.mlp(attended) if self.gated else layer.output(layer.intermediate(attended), attended)
        return BaseModelOutput(last_hidden_state=x)

    def attend(self, attention, x, bias):
        def heads(projected):
            return projected.unflatten(-1, (self.config.num_attention_heads, -1)).transpose(1, 2)

        query, key, value = (getattr(attention.self, name)(x) for name in ("query", "key", "value"))
        if self.norms_queries:
            query, key = attention.self.layer_norm_q(query), attention.self.layer_norm_k(key)
        query, key, value = heads(query), heads(key), heads(value)
        scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1]) + bias
        mixed = (scores.softmax(dim=-1) @ value).transpose(1, 2).flatten(-2)
        return attention.output.LayerNorm(x + attention.output.dense(mixed))


def save(folder, name, heads, hidden, pooling, feed_forward="geglu", vocabulary_size=400, code=None):
    """Lets Sentence Transformers write the folder of a plain BERT, then puts the tensors and keys of Jina's in their place."""
    vocabulary = vocabularies.wordpiece(SPECIAL, vocabulary_size)
    tokenizer = BertTokenizer(vocab=vocabulary, model_max_length=96)
    if code:
        tokenizer = roberta_tokenizer(model_max_length=96)
        vocabulary = tokenizer.get_vocab()
    place = code or "jinaai/jina-bert-implementation"
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=hidden,
        num_hidden_layers=2,
        num_attention_heads=heads,
        intermediate_size=40,
        max_position_embeddings=96,
        pad_token_id=0,
    )
    save_model(folder, BertModel(config), tokenizer, [Pooling(hidden, pooling), Normalize()])
    added = {
        "architectures": ["JinaBertForMaskedLM"],
        "attn_implementation": None,
        "auto_map": {
            "AutoConfig": f"{place}--configuration_bert.JinaBertConfig",
            "AutoModel": f"{place}--modeling_bert.JinaBertModel",
        },
        "emb_pooler": "mean",
        "feed_forward_type": feed_forward,
        "position_embedding_type": "alibi",
    }
    edit_json(folder / "config.json", lambda content: dict(sorted((content | added).items())))
    config.feed_forward_type = feed_forward
    config.norms_queries = bool(code)
    model = weights.fill(JinaBert(config), name, (*SPREAD, *CODE_SPREAD) if code else SPREAD)
    tensors = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def open_jina(folder):
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / "copy"
        shutil.copytree(folder, copy)
        BertModel(BertConfig.from_pretrained(folder)).save_pretrained(copy)
        model = SentenceTransformer(str(copy), device="cpu")
    config = BertConfig.from_pretrained(folder)
    config.norms_queries = CODE in config.auto_map["AutoModel"]
    jina = JinaBert(config).eval()
    jina.load_state_dict(load_file(folder / "model.safetensors"))
    model[0].model = jina
    return model


# The bias of a key counts where the norm comes behind it.
CODE_IDLE = (r"layer_norm_k\.bias$", r"^pooler\.")
SETTINGS = {"feed_forward_type": "reglu"}
FIXTURES = [
    Fixture(
        "jina-bert-v2",
        lambda folder: save(folder, "jina-bert-v2", 4, 32, "mean"),
        {"plain": {}, "prompt": {"prompt": "query: "}},
        IDLE,
        settings=SETTINGS,
        open=open_jina,
    ),
    Fixture(
        "jina-bert-v2-six-heads",
        lambda folder: save(folder, "jina-bert-v2-six-heads", 6, 36, "mean"),
        {"plain": {}},
        IDLE,
        settings=SETTINGS,
        open=open_jina,
    ),
    Fixture(
        "jina-bert-v2-ungated",
        lambda folder: save(folder, "jina-bert-v2-ungated", 4, 24, "mean", "original", 320),
        {"plain": {}},
        IDLE,
        settings={"hidden_act": "relu"},
        open=open_jina,
    ),
    Fixture(
        "jina-bert-v2-code",
        lambda folder: save(folder, "jina-bert-v2-code", 4, 24, "mean", code=CODE),
        {"plain": {}, "prompt": {"prompt": "query: "}},
        CODE_IDLE,
        settings=SETTINGS,
        open=open_jina,
    ),
]
