# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
# MobileBERT (Sun and others, arXiv:2004.02984; transformers' modeling_mobilebert.py): the states between layers are
# wide, those within are narrow.
from typing import List, Tuple

import torch
from encoder import Encoder
from torch import Tensor


class MobileBert(Encoder):
    def prepare(self) -> None:
        # The products that read the wide states become one. A NoNorm behind a product is part of it.
        for i in range(int(self.numbers["layers"])):
            layer = "encoder.layer.{}.".format(i)
            for part in ["bottleneck.input.", "bottleneck.attention."]:
                factor = self.weights.pop(layer + part + "LayerNorm.weight")
                self.weights[layer + part + "dense.weight"].mul_(factor.unsqueeze(1))
                added = self.weights.pop(layer + part + "LayerNorm.bias")
                self.weights[layer + part + "dense.bias"].mul_(factor).add_(added)
        narrow = ["bottleneck.input.dense", "bottleneck.attention.dense", "attention.self.value"]
        self.join("encoder.layer.{}.", narrow, "narrow")
        self.join("encoder.layer.{}.attention.self.", ["query", "key"], "query_key")
        # All tokens are of type 0, so its row is part of every position, and so is what the norm adds.
        positions = self.weights.pop("embeddings.position_embeddings.weight")
        positions = positions + self.weights.pop("embeddings.token_type_embeddings.weight")[0]
        factor = self.weights.pop("embeddings.LayerNorm.weight")
        self.weights["embeddings.positions"] = positions * factor + self.weights.pop("embeddings.LayerNorm.bias")
        self.weights["encoder.trigram.weight"].mul_(factor.unsqueeze(1))
        self.weights["encoder.trigram.bias"].mul_(factor)

    def encode(self, ids: Tensor, runs: List[Tuple[int, int, int]]) -> Tensor:
        heads, size = int(self.numbers["heads"]), int(self.numbers["head_size"])
        activation = self.choices["activation"]
        scale = 1.0 / torch.sqrt(self.numbers["head_size"])
        hidden = self.embed(ids, runs)  # [tokens, hidden]
        for i in range(int(self.numbers["layers"])):
            layer = "encoder.layer.{}.".format(i)
            narrow = self.linear(hidden, layer + "narrow").view(-1, 3, heads * size)
            x, shared, value = narrow.unbind(1)  # [tokens, heads * size]
            query_key = self.linear(shared.contiguous(), layer + "attention.self.query_key").view(-1, 2, heads, size)
            query, key = query_key.unbind(1)  # [tokens, heads, size]
            context = self.attention(query, key, value.view(-1, heads, size), runs, scale, -1, -1, None)
            x = self.linear_add(context, layer + "attention.output.dense", x.contiguous())
            x = self.no_norm(x, layer + "attention.output.LayerNorm")
            for j in range(int(self.numbers["feed_forwards"]) - 1):
                x = self.feed_forward(x, layer + "ffn.{}.".format(j), activation)
            x = self.feed_forward(x, layer, activation)
            hidden = self.linear_add(x, layer + "output.bottleneck.dense", hidden)
            hidden = self.no_norm(hidden, layer + "output.bottleneck.LayerNorm")
        return hidden

    def embed(self, ids: Tensor, runs: List[Tuple[int, int, int]]) -> Tensor:
        # A token comes with the one behind it and the one before it; beyond the ends of a text there are zeros.
        embedded = torch.embedding(self.weights["embeddings.word_embeddings.weight"], ids)  # [tokens, width]
        width = embedded.size(1)
        trigrams = torch.zeros([ids.size(0), 3, width], dtype=embedded.dtype, device=embedded.device)
        trigrams[:, 1].copy_(embedded)
        for start, length, count in runs:
            end = start + length * count
            texts = embedded[start:end].view(count, length, width)
            target = trigrams[start:end].view(count, length, 3, width)
            target[:, :-1, 0].copy_(texts[:, 1:])
            target[:, 1:, 2].copy_(texts[:, :-1])
        hidden = self.linear(trigrams.view(-1, 3 * width), "encoder.trigram")
        for start, length, count in runs:
            end = start + length * count
            hidden[start:end].view(count, length, -1).add_(self.weights["embeddings.positions"][:length])
        return hidden

    def feed_forward(self, x: Tensor, name: str, activation: str) -> Tensor:
        inner = self.linear_activate(x, name + "intermediate.dense", activation)
        return self.no_norm(self.linear_add(inner, name + "output.dense", x), name + "output.LayerNorm")

    def no_norm(self, x: Tensor, name: str) -> Tensor:
        return torch.addcmul(self.weights[name + ".bias"], x, self.weights[name + ".weight"])
