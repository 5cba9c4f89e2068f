# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
# The encoder of T5 (Raffel and others, arXiv:1910.10683; transformers' modeling_t5.py, modeling_umt5.py): no positions
# but a bias by distance, and scores that are not scaled.
from typing import List, Optional, Tuple

import torch
from encoder import Encoder
from torch import Tensor


class T5(Encoder):
    def prepare(self) -> None:
        self.join("encoder.block.{}.layer.0.SelfAttention.", ["q", "k", "v"], "qkv")

    def encode(self, ids: Tensor, runs: List[Tuple[int, int, int]]) -> Tensor:
        heads, size = int(self.numbers["heads"]), int(self.numbers["head_size"])
        activation = self.choices["activation"]
        gated = self.choices["feed_forward"] == "gated"
        hidden = torch.embedding(self.weights["embeddings.word_embeddings.weight"], ids)  # [tokens, hidden]
        distance_bias: Optional[Tensor] = None
        for i in range(int(self.numbers["layers"])):
            table = "embeddings.relative_attention_bias.{}".format(i)
            # A layer without a table of its own uses that of the layer before.
            if table + ".weight" in self.weights:
                distance_bias = self.bucketed_distance_bias(table, runs)
            layer = "encoder.block.{}.layer.0.".format(i)
            x = self.rms_norm(hidden, layer + "layer_norm")
            qkv = self.linear(x, layer + "SelfAttention.qkv").view(-1, 3, heads, size)
            query, key, value = qkv.unbind(1)  # [tokens, heads, size]
            context = self.attention(query, key, value, runs, 1.0, -1, -1, distance_bias)
            hidden = self.linear_add(context, layer + "SelfAttention.o", hidden)
            layer = "encoder.block.{}.layer.1.".format(i)
            x = self.rms_norm(hidden, layer + "layer_norm")
            if gated:
                gate = self.linear_activate(x, layer + "DenseReluDense.wi_0", activation)
                inner = self.linear_mul(x, layer + "DenseReluDense.wi_1", gate)
            else:
                inner = self.linear_activate(x, layer + "DenseReluDense.wi", activation)
            hidden = self.linear_add(inner, layer + "DenseReluDense.wo", hidden)
        return self.rms_norm(hidden, "encoder.final_layer_norm")
