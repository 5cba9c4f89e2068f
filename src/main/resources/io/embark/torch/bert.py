# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
# BERT (Devlin and others, arXiv:1810.04805) and its kin: RoBERTa, DistilBERT, MPNet, ELECTRA (Clark and others,
# arXiv:2003.10555), ALBERT (Lan and others, arXiv:1909.11942), ERNIE, Megatron-BERT (Shoeybi and others,
# arXiv:1909.08053), XLM-RoBERTa-XL and Longformer (Beltagy and others, arXiv:2004.05150); transformers'
# modeling_bert.py, modeling_roberta.py and so on.
from typing import List, Optional, Tuple

import torch
from encoder import Encoder
from torch import Tensor


class Bert(Encoder):
    def prepare(self) -> None:
        self.join("encoder.layer.{}.attention.self.", ["query", "key", "value"], "qkv")
        positions = self.weights.pop("embeddings.position_embeddings.weight")
        for kind in ["token_type", "task_type"]:
            table = "embeddings." + kind + "_embeddings.weight"
            if table in self.weights:
                # All tokens are of type 0, so its row is part of every position.
                positions = positions + self.weights.pop(table)[0]
        self.weights["embeddings.positions"] = positions

    def encode(self, ids: Tensor, runs: List[Tuple[int, int, int]]) -> Tensor:
        heads, size = int(self.numbers["heads"]), int(self.numbers["head_size"])
        activation = self.choices["activation"]
        scale = 1.0 / torch.sqrt(self.numbers["head_size"])
        distance_bias: Optional[Tensor] = None
        if "embeddings.relative_attention_bias.weight" in self.weights:
            # MPNet has T5's table (Song and others, arXiv:2004.09297).
            distance_bias = self.bucketed_distance_bias("embeddings.relative_attention_bias", runs)
        windows: List[str] = []
        if "windows" in self.choices:
            windows = self.choices["windows"].split(",")
        layers = self.numbers["layers"]
        # ALBERT has fewer layers than it computes: neighbouring ones are the same.
        same = layers / self.numbers["groups"] if "groups" in self.numbers else 1.0
        # Megatron-BERT and XLM-RoBERTa-XL norm what a part reads, and the last sum; the others norm each sum.
        norms_before = "encoder.LayerNorm.weight" in self.weights
        hidden = self.embed(ids, runs)  # [tokens, hidden]
        for i in range(int(layers)):
            layer = "encoder.layer.{}.".format(int(i / same))
            window = int(windows[i]) if len(windows) > 0 else -1
            x = self.layer_norm(hidden, layer + "attention.LayerNorm") if norms_before else hidden
            qkv = self.linear(x, layer + "attention.self.qkv").view(-1, 3, heads, size)
            query, key, value = qkv.unbind(1)  # [tokens, heads, size]
            context = self.attention(query, key, value, runs, scale, window, window, distance_bias)
            attended = self.linear_add(context, layer + "attention.output.dense", hidden)
            if norms_before:
                x = self.layer_norm(attended, layer + "intermediate.LayerNorm")
            else:
                attended = self.layer_norm(attended, layer + "attention.output.LayerNorm")
                x = attended
            inner = self.linear_activate(x, layer + "intermediate.dense", activation)
            hidden = self.linear_add(inner, layer + "output.dense", attended)
            if not norms_before:
                hidden = self.layer_norm(hidden, layer + "output.LayerNorm")
        return self.layer_norm(hidden, "encoder.LayerNorm") if norms_before else hidden

    def embed(self, ids: Tensor, runs: List[Tuple[int, int, int]]) -> Tensor:
        embedded = torch.embedding(self.weights["embeddings.word_embeddings.weight"], ids)
        for start, length, count in runs:
            end = start + length * count
            positions = self.position_embeddings(ids[start:end].view(count, length))
            embedded[start:end].view(count, length, -1).add_(positions)
        if "embeddings.LayerNorm.weight" in self.weights:
            embedded = self.layer_norm(embedded, "embeddings.LayerNorm")
        if "encoder.projection.weight" in self.weights:
            # The vectors of ELECTRA's and ALBERT's tokens are narrower than the layers.
            embedded = self.linear(embedded, "encoder.projection")
        return embedded

    def position_embeddings(self, ids: Tensor) -> Tensor:
        # ids are [count, length]. Gives [length, width], or [count, length, width] where positions depend on the ids.
        table = self.weights["embeddings.positions"]
        if "padding_id" not in self.numbers:
            return table[:ids.size(1)]
        # Tokens are counted from padding_id + 1, and padding is not counted (transformers'
        # create_position_ids_from_input_ids).
        padding_id = int(self.numbers["padding_id"])
        mask = (ids != padding_id).to(ids.dtype)
        return torch.embedding(table, torch.cumsum(mask, 1, dtype=mask.dtype).mul_(mask).add_(padding_id))
