# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
# BERT's kin with rotary positions or ALiBi, and mostly with a gate: NomicBERT (arXiv:2402.01613;
# nomic-ai/nomic-bert-2048, modeling_hf_nomic_bert.py), Alibaba's "new" (arXiv:2407.19669; Alibaba-NLP/new-impl,
# modeling.py) and JinaBERT (arXiv:2310.19923; jinaai/jina-bert-implementation, modeling_bert.py). The gate is that of
# Shazeer, "GLU Variants Improve Transformer", arXiv:2002.05202.
from typing import List, Optional, Tuple

import torch
from experts import Experts
from torch import Tensor


class Gated(Experts):
    def prepare(self) -> None:
        if "embeddings.token_type_embeddings.weight" in self.weights:
            # All tokens are of type 0, so its row is part of every token's.
            types = self.weights.pop("embeddings.token_type_embeddings.weight")
            self.weights["embeddings.word_embeddings.weight"].add_(types[0])
        if "rotary_base" in self.numbers:
            inverse_frequencies = self.inverse_frequencies(int(self.numbers["head_size"]), self.numbers["rotary_base"])
            self.weights["exact.inverse_frequencies"] = inverse_frequencies / self.numbers["rotary_stretch"]
        else:
            self.weights["exact.slopes"] = self.slopes(int(self.numbers["heads"]))
        self.join("layers.{}.attention.", ["query", "key", "value"], "qkv")
        self.halve("layers.{}.mlp.", "gate_up", ["gate", "up"])
        self.halve("layers.{}.mlp.", "up_gate", ["up", "gate"])
        for i in range(int(self.numbers["layers"])):
            if "layers.{}.mlp.router.weight".format(i) in self.weights:
                self.split_experts("layers.{}.mlp.experts.".format(i))

    def encode(self, ids: Tensor, runs: List[Tuple[int, int, int]]) -> Tensor:
        heads, size = int(self.numbers["heads"]), int(self.numbers["head_size"])
        activation = self.choices["activation"]
        scale = 1.0 / torch.sqrt(self.numbers["head_size"])
        rotary: Optional[Tuple[Tensor, Tensor]] = None
        distance_bias: Optional[Tensor] = None
        if "exact.inverse_frequencies" in self.weights:
            positions = self.positions(ids.size(0), runs)
            rotary = self.rotary(positions, self.weights["exact.inverse_frequencies"])
        else:
            distance_bias = self.alibi(runs)
        embedded = torch.embedding(self.weights["embeddings.word_embeddings.weight"], ids)
        hidden = self.layer_norm(embedded, "embeddings.LayerNorm")  # [tokens, hidden]
        for i in range(int(self.numbers["layers"])):
            layer = "layers.{}.".format(i)
            qkv = self.linear(hidden, layer + "attention.qkv").view(-1, 3 * heads, size)
            query_key, value = qkv[:, :2 * heads], qkv[:, 2 * heads:]
            if rotary is not None:
                query_key = self.rotate(query_key, rotary)
            query, key = query_key[:, :heads], query_key[:, heads:]  # [tokens, heads, size]
            if layer + "attention.query_norm.weight" in self.weights:
                # Over all heads at once; so does jina-embeddings-v2-base-code (jinaai/jina-bert-v2-qk-post-norm).
                query = self.layer_norm(query.flatten(1), layer + "attention.query_norm").view(-1, heads, size)
                key = self.layer_norm(key.flatten(1), layer + "attention.key_norm").view(-1, heads, size)
            context = self.attention(query, key, value, runs, scale, -1, -1, distance_bias)
            attended = self.linear_add(context, layer + "attention.output", hidden)
            attended = self.layer_norm(attended, layer + "attention.norm")
            if layer + "attention.second_norm.weight" in self.weights:
                attended = self.layer_norm(attended.add_(hidden), layer + "attention.second_norm")
            if layer + "mlp.router.weight" in self.weights:
                inner = self.mixture(attended, layer + "mlp.", activation)
                hidden = inner.add_(self.weights[layer + "mlp.experts.bias"]).add_(attended)
            elif layer + "mlp.gate.weight" in self.weights:
                gate = self.linear_activate(attended, layer + "mlp.gate", activation)
                inner = self.linear_mul(attended, layer + "mlp.up", gate)
                hidden = self.linear_add(inner, layer + "mlp.down", attended)
            else:
                inner = self.linear_activate(attended, layer + "mlp.up", activation)
                hidden = self.linear_add(inner, layer + "mlp.down", attended)
            hidden = self.layer_norm(hidden, layer + "mlp.norm")
        return hidden

    def alibi(self, runs: List[Tuple[int, int, int]]) -> Tensor:
        # ALiBi (Press and others, "Train Short, Test Long", arXiv:2108.12409): a score sinks by its head's slope for
        # each token from query to key. Gives [heads, 2 longest - 1].
        longest = self.longest(runs)
        slopes = self.weights["exact.slopes"]
        distance = torch.arange(1 - longest, longest, device=slopes.device).abs().float()
        return (-slopes).unsqueeze(1) * distance

    def slopes(self, heads: int) -> Tensor:
        # The first heads, as many as the greatest power of two, have 2^(-8 i / power); the others stand between those
        # of twice as many heads (get_slopes of the paper's code).
        power = 1
        while 2 * power <= heads:
            power *= 2
        first = torch.arange(1, power + 1).double() * (-8.0 / power)
        between = (torch.arange(heads - power).double() * 2.0 + 1.0) * (-4.0 / power)
        return torch.exp2(torch.cat([first, between])).float()
