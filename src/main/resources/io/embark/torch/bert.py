# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
# BERT (Devlin and others, arXiv:1810.04805), RoBERTa, DistilBERT and MPNet; transformers' modeling_bert.py,
# modeling_roberta.py, modeling_distilbert.py, modeling_mpnet.py.
from typing import List, Optional, Tuple

import torch
from encoder import Encoder
from torch import Tensor


class Bert(Encoder):
    def prepare(self) -> None:
        self.join("encoder.layer.{}.attention.self.", ["query", "key", "value"], "qkv")
        positions = self.weights.pop("embeddings.position_embeddings.weight")
        if "embeddings.token_type_embeddings.weight" in self.weights:
            # All tokens are of type 0, so its row is part of every position.
            positions = positions + self.weights.pop("embeddings.token_type_embeddings.weight")[0]
        self.weights["embeddings.positions"] = positions

    def encode(self, ids: Tensor, runs: List[Tuple[int, int, int]]) -> Tensor:
        heads, size = int(self.numbers["heads"]), int(self.numbers["head_size"])
        scale = 1.0 / torch.sqrt(self.numbers["head_size"])
        distance_bias: Optional[Tensor] = None
        if "embeddings.relative_attention_bias.weight" in self.weights:
            # MPNet has T5's table (Song and others, arXiv:2004.09297).
            distance_bias = self.bucketed_distance_bias("embeddings.relative_attention_bias", runs)
        hidden = self.embed(ids, runs)  # [tokens, hidden]
        for i in range(int(self.numbers["layers"])):
            layer = "encoder.layer.{}.".format(i)
            qkv = self.linear(hidden, layer + "attention.self.qkv").view(-1, 3, heads, size)
            query, key, value = qkv.unbind(1)  # [tokens, heads, size]
            context = self.attention(query, key, value, runs, scale, -1, -1, distance_bias)
            attended = self.linear_add(context, layer + "attention.output.dense", hidden)
            attended = self.layer_norm(attended, layer + "attention.output.LayerNorm")
            inner = self.linear_activate(attended, layer + "intermediate.dense", self.choices["activation"])
            hidden = self.linear_add(inner, layer + "output.dense", attended)
            hidden = self.layer_norm(hidden, layer + "output.LayerNorm")
        return hidden

    def embed(self, ids: Tensor, runs: List[Tuple[int, int, int]]) -> Tensor:
        embedded = torch.embedding(self.weights["embeddings.word_embeddings.weight"], ids)
        for start, length, count in runs:
            end = start + length * count
            positions = self.position_embeddings(ids[start:end].view(count, length))
            embedded[start:end].view(count, length, -1).add_(positions)
        return self.layer_norm(embedded, "embeddings.LayerNorm")

    def position_embeddings(self, ids: Tensor) -> Tensor:
        # ids are [count, length]. Gives [length, hidden], or [count, length, hidden] where positions depend on the ids.
        table = self.weights["embeddings.positions"]
        if "padding_id" not in self.numbers:
            return table[:ids.size(1)]
        # Tokens are counted from padding_id + 1, and padding is not counted (transformers'
        # create_position_ids_from_input_ids).
        padding_id = int(self.numbers["padding_id"])
        mask = (ids != padding_id).to(ids.dtype)
        return torch.embedding(table, torch.cumsum(mask, 1, dtype=mask.dtype).mul_(mask).add_(padding_id))
