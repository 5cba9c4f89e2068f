# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
# ModernBERT (Warner and others, arXiv:2412.13663; transformers' modeling_modernbert.py): norms before each part, rotary
# positions, gates, and in most layers a token sees a window only. In its decoder (modeling_modernbert_decoder.py) a
# token sees those before it.
from typing import List, Tuple

import torch
from encoder import Encoder
from torch import Tensor


class ModernBert(Encoder):
    def prepare(self) -> None:
        size = int(self.numbers["head_size"])
        self.weights["exact.global"] = self.inverse_frequencies(size, self.numbers["rotary_base_global"])
        self.weights["exact.local"] = self.inverse_frequencies(size, self.numbers["rotary_base_local"])
        self.join("layers.{}.attn.", ["q_proj", "k_proj", "v_proj"], "Wqkv")
        self.halve("layers.{}.mlp.", "Wi", ["gate", "up"])

    def encode(self, ids: Tensor, runs: List[Tuple[int, int, int]]) -> Tensor:
        heads, size = int(self.numbers["heads"]), int(self.numbers["head_size"])
        activation = self.choices["activation"]
        layer_types = self.choices["layer_types"].split(",")
        scale = 1.0 / torch.sqrt(self.numbers["head_size"])
        positions = self.positions(ids.size(0), runs)
        global_rotary = self.rotary(positions, self.weights["exact.global"])
        local_rotary = self.rotary(positions, self.weights["exact.local"])
        embedded = torch.embedding(self.weights["embeddings.word_embeddings.weight"], ids)
        hidden = self.layer_norm(embedded, "embeddings.norm")  # [tokens, hidden]
        for i in range(int(self.numbers["layers"])):
            layer = "layers.{}.".format(i)
            local = layer_types[i] == "local"
            left = int(self.numbers["window_left"]) if local else -1
            right = int(self.numbers["window_right"]) if local else int(self.numbers["right"])
            rotary = local_rotary if local else global_rotary
            # The first layer's norm is that of the embeddings.
            x = hidden if i == 0 else self.layer_norm(hidden, layer + "attn_norm")
            qkv = self.linear(x, layer + "attn.Wqkv").view(-1, 3 * heads, size)
            query_key = self.rotate(qkv[:, :2 * heads], rotary)
            query, key, value = query_key[:, :heads], query_key[:, heads:], qkv[:, 2 * heads:]  # [tokens, heads, size]
            context = self.attention(query, key, value, runs, scale, left, right, None)
            hidden = self.linear_add(context, layer + "attn.Wo", hidden)
            x = self.layer_norm(hidden, layer + "mlp_norm")
            gate = self.linear_activate(x, layer + "mlp.gate", activation)
            inner = self.linear_mul(x, layer + "mlp.up", gate)
            hidden = self.linear_add(inner, layer + "mlp.Wo", hidden)
        return self.layer_norm(hidden, "final_norm")
