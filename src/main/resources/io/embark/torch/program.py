# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
# A program of the model's folder makes the states of the tokens, and here they are pooled.
from typing import List

import torch
from pooling import Pooling
from torch import Tensor


class Program(Pooling):
    def prepare(self) -> None:
        pass

    def forward(self, states: Tensor, lengths: List[int], skip: int) -> Tensor:
        # states are [texts, longest, hidden]; lengths is as in encoder.py. Behind the tokens of a text stands what the
        # program made of the padding.
        pooled: List[Tensor] = []
        first = 0
        for i in range(len(lengths) // 2):
            length, count = lengths[2 * i], lengths[2 * i + 1]
            pooled.append(self.pool(states[first:first + count, :length], skip))
            first += count
        return self.finish(torch.cat(pooled)).cpu()
