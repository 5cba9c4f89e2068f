# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
# LFM2 (arXiv:2511.23404; transformers' modeling_lfm2.py): most layers mix a token with the few before it by a short
# convolution between two gates, some by attention.
from typing import List, Tuple

import torch
from encoder import Encoder
from torch import Tensor


class Lfm2(Encoder):
    def prepare(self) -> None:
        size = int(self.numbers["head_size"])
        self.weights["exact.inverse_frequencies"] = self.inverse_frequencies(size, self.numbers["rotary_base"])
        self.join("layers.{}.self_attn.", ["q_proj", "k_proj", "v_proj"], "qkv")

    def encode(self, ids: Tensor, runs: List[Tuple[int, int, int]]) -> Tensor:
        rotary = self.rotary(self.positions(ids.size(0), runs), self.weights["exact.inverse_frequencies"])
        hidden = torch.embedding(self.weights["embeddings.word_embeddings.weight"], ids)  # [tokens, hidden]
        for i in range(int(self.numbers["layers"])):
            layer = "layers.{}.".format(i)
            x = self.rms_norm(hidden, layer + "operator_norm")
            if layer + "conv.in_proj.weight" in self.weights:
                mixed = self.short_convolution(x, layer + "conv.", runs)
                hidden = self.linear_add(mixed, layer + "conv.out_proj", hidden)
            else:
                context = self.self_attention(x, layer + "self_attn.", rotary, runs)
                hidden = self.linear_add(context, layer + "self_attn.out_proj", hidden)
            x = self.rms_norm(hidden, layer + "ffn_norm")
            gate = self.linear_activate(x, layer + "feed_forward.w1", "silu")
            inner = self.linear_mul(x, layer + "feed_forward.w3", gate)
            hidden = self.linear_add(inner, layer + "feed_forward.w2", hidden)
        return self.rms_norm(hidden, "embedding_norm")

    def self_attention(
        self, x: Tensor, name: str, rotary: Tuple[Tensor, Tensor], runs: List[Tuple[int, int, int]]
    ) -> Tensor:
        # Gives [tokens, heads * size].
        heads, shared = int(self.numbers["heads"]), int(self.numbers["key_value_heads"])
        size = int(self.numbers["head_size"])
        qkv = self.linear(x, name + "qkv").view(-1, heads + 2 * shared, size)
        query = self.rotate(self.rms_norm(qkv[:, :heads], name + "q_layernorm"), rotary)
        key = self.rotate(self.rms_norm(qkv[:, heads:heads + shared], name + "k_layernorm"), rotary)
        scale = 1.0 / torch.sqrt(self.numbers["head_size"])
        return self.attention(query, key, qkv[:, heads + shared:], runs, scale, -1, int(self.numbers["right"]), None)

    def short_convolution(self, x: Tensor, name: str, runs: List[Tuple[int, int, int]]) -> Tensor:
        # Each component of a token becomes the weighted sum of its own and of those of the tokens before it.
        before, behind, states = self.linear(x, name + "in_proj").chunk(3, 1)  # [tokens, hidden] each
        states = before * states
        kernel = self.weights[name + "conv.weight"].squeeze(1).transpose(0, 1)  # [reach, hidden]
        reach = kernel.size(0)
        sums = states * kernel[reach - 1]
        for start, length, count in runs:
            end = start + length * count
            own, of = sums[start:end].view(count, length, -1), states[start:end].view(count, length, -1)
            for back in range(1, min(reach, length)):
                own[:, back:].addcmul_(of[:, :length - back], kernel[reach - 1 - back])
        if name + "conv.bias" in self.weights:
            sums.add_(self.weights[name + "conv.bias"])
        return sums.mul_(behind)
