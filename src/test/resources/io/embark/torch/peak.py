# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
# A square product by a matrix that lies as the kernels of oneDNN read it: what linear layers are made of.
from typing import List, Optional

import torch
from network import Network, number
from torch import Tensor, ops


class Peak(Network):
    def start(self, size: int) -> None:
        self.choices["precision"] = "float32"
        self.weights["states"] = torch.randn([size, size])
        self.weights["peak.weight"] = torch.randn([size, size])
        self.pack(size)

    def multiply(self) -> Tensor:
        scalars: List[Optional[number]] = []
        weight = self.weights["peak.weight"]
        return ops.mkldnn._linear_pointwise(self.weights["states"], weight, None, "none", scalars, "")
