# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
# Qwen3 (arXiv:2505.09388; "Qwen3 Embedding", arXiv:2506.05176; transformers' modeling_qwen3.py): each token sees those
# before it, or all of them.
from typing import List, Tuple

import torch
from decoder import Decoder
from torch import Tensor


class Qwen3(Decoder):
    def prepare(self) -> None:
        size = int(self.numbers["head_size"])
        self.weights["exact.inverse_frequencies"] = self.inverse_frequencies(size, self.numbers["rotary_base"])
        self.join("layers.{}.self_attn.", ["q_proj", "k_proj", "v_proj"], "qkv")

    def encode(self, ids: Tensor, runs: List[Tuple[int, int, int]]) -> Tensor:
        activation = self.choices["activation"]
        layer_types = self.choices["layer_types"].split(",")
        scale = 1.0 / torch.sqrt(self.numbers["head_size"])
        positions = self.positions(ids.size(0), runs)
        rotary = self.rotary(positions, self.weights["exact.inverse_frequencies"])
        hidden = torch.embedding(self.weights["embeddings.word_embeddings.weight"], ids)  # [tokens, hidden]
        for i in range(int(self.numbers["layers"])):
            layer = "layers.{}.".format(i)
            sliding = layer_types[i] == "sliding"
            left = int(self.numbers["window_left"]) if sliding else -1
            right = int(self.numbers["window_right"]) if sliding else int(self.numbers["right"])
            x = self.rms_norm(hidden, layer + "input_layernorm")
            context = self.grouped_query_attention(x, layer + "self_attn.", rotary, runs, scale, left, right)
            hidden = self.linear_add(context, layer + "self_attn.o_proj", hidden)
            x = self.rms_norm(hidden, layer + "post_attention_layernorm")
            gate = self.linear_activate(x, layer + "mlp.gate_proj", activation)
            inner = self.linear_mul(x, layer + "mlp.up_proj", gate)
            hidden = self.linear_add(inner, layer + "mlp.down_proj", hidden)
        return self.rms_norm(hidden, "norm")
