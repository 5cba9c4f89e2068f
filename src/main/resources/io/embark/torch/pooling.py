# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
# From the states of a text's tokens to its vector, as Sentence Transformers' modules do it
# (sentence_transformers/models/Pooling.py, Normalize.py, LayerNorm.py, Dense.py).
from typing import List

import torch
from activation import Activation
from torch import Tensor


class Pooling(Activation):
    def pool(self, states: Tensor, skip: int) -> Tensor:
        # states are those of texts of one length, [texts, length, hidden]. The first skip tokens of each, a prompt's,
        # are left out. Gives [texts, modes * hidden], in float32.
        states = states.float()
        return torch.cat([self.pool_by(mode, states, skip) for mode in self.choices["pooling"].split(",")], 1)

    def pool_by(self, mode: str, states: Tensor, skip: int) -> Tensor:
        length = states.size(1)
        skipped = min(skip, length)
        count = length - skipped
        kept = states[:, skipped:]
        # Where the whole text is left out, cls takes its first token all the same, and the others give zeros.
        if mode == "cls":
            return kept[:, 0] if count > 0 else states[:, 0]
        if count == 0:
            return torch.zeros_like(states[:, 0])
        if mode == "last_token":
            return kept[:, -1]
        if mode == "max":
            return kept.amax([1])
        if mode == "mean":
            return kept.mean([1])
        if mode == "mean_sqrt_len":
            return kept.sum([1]) / torch.sqrt(float(count))
        # weighted_mean (Muennighoff, "SGPT", arXiv:2202.08904): the weight of a token is its place, counted from 1.
        places = torch.arange(skipped + 1, length + 1).float()
        weights = (places / places.sum()).to(states.device)
        return (kept * weights.view(1, -1, 1)).sum([1])

    def finish(self, vectors: Tensor) -> Tensor:
        # The modules behind pooling, [texts, dimension] each: "normalize", "layer_norm", "dense:ACTIVATION:RESIDUAL".
        for i, module in enumerate(self.choices["modules"].split(",")):
            part = "modules.{}.".format(i)
            if module == "normalize":
                vectors = vectors / torch.linalg_vector_norm(vectors, 2, [1], True).clamp_min(1e-12)
            elif module == "layer_norm":
                weight, bias = self.weights[part + "norm.weight"], self.weights[part + "norm.bias"]
                vectors = torch.layer_norm(vectors, [vectors.size(1)], weight, bias, 1e-5)
            elif module.startswith("dense:"):
                vectors = self.dense(vectors, part, module.split(":"))
        return vectors

    def dense(self, x: Tensor, part: str, settings: List[str]) -> Tensor:
        # libtorch sums up otherwise for one row than for many, and has another exp for the last few of all numbers
        # than for those before. So that a row has the same bits among any others, it is always one of 32, some spare.
        rows = x.size(0)
        padded = torch.constant_pad_nd(x, [0, 0, 0, -rows % 32])
        return torch.cat([self.dense_block(block, part, settings) for block in padded.split(32)])[:rows]

    def dense_block(self, x: Tensor, part: str, settings: List[str]) -> Tensor:
        y = torch.linear(x, self.weights[part + "linear.weight"], self.weights.get(part + "linear.bias"))
        y = self.activate(y, settings[1])
        if settings[2] == "input":
            return y + x
        if settings[2] == "projected":
            return y + torch.linear(x, self.weights[part + "residual.weight"])
        return y
