# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
# A square product by a matrix that lies as the kernels of oneDNN read it: what linear layers are made of.
from typing import List, Optional

import torch
from network import Network, number
from torch import Tensor, ops


class Peak(Network):
    def start(self, size: int, precision: str) -> None:
        self.choices["precision"] = precision
        self.weights["states"] = torch.randn([size, size])
        self.weights["peak.weight"] = torch.randn([size, size])
        self.pack(size)
        if precision == "bfloat16":
            self.weights["states"] = self.weights["states"].to(15)
        if precision == "int8":
            self.weights["states"] = ops.quantized.embedding_bag_byte_prepack(self.weights["states"])

    def multiply(self) -> Tensor:
        scalars: List[Optional[number]] = []
        states, weight = self.weights["states"], self.weights["peak.weight"]
        if self.choices["precision"] != "int8":
            return ops.mkldnn._linear_pointwise(states, weight, None, "none", scalars, "")
        return ops.onednn.qlinear_pointwise(
            states, 1.0, 0, weight, self.weights["peak.weight.scales"], self.weights["peak.weight.zeros"],
            None, 1.0, 0, 6, "none", scalars, "")
