# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
# A network's weights and settings, and how Java fills them in.
#
# Each file here is TorchScript, the part of Python that libtorch compiles, and holds one class. libtorch knows neither
# inheritance nor imports: it gets a single class, with the methods of a family's class and of all that it inherits
# from. The imports tell Python's tools where names come from.
from numbers import Number as number  # noqa: N813, TorchScript's name for it
from typing import Dict, List, Optional

import torch
from torch import Tensor, ops
from torch.nn import Module


class Network(Module):
    # Tensors by their canonical names: those of the model, and what prepare makes of them.
    weights: Dict[str, Tensor]
    # What the model's configuration says, in the words of the family's script.
    numbers: Dict[str, float]
    choices: Dict[str, str]
    # How many rows a product by a packed matrix takes at once, by the matrix; those that are missing take any number.
    blocks: Dict[str, int]
    # Where the weights lie.
    device: str

    # Java calls these in the order in which they stand here; prepare, between settle and place, is the family's own.
    # A dtype is one of c10::ScalarType.

    def number(self, name: str, value: float) -> None:
        self.numbers[name] = value

    def choice(self, name: str, value: str) -> None:
        self.choices[name] = value

    def allocate(self, name: str, shape: List[int]) -> None:
        self.weights[name] = torch.empty(shape)

    def fill(self, name: str, first: int, piece: Tensor, dtype: int) -> None:
        # A tensor arrives in pieces, as bytes of numbers in the format that the file has; first is how many of them
        # came before.
        part = torch.view_copy(piece, dtype=dtype)
        self.weights[name].view(-1)[first:first + part.numel()].copy_(part)

    def transpose(self, name: str) -> None:
        self.weights[name] = self.weights[name].transpose(0, 1).contiguous()

    def change(self, matrix: str, down: str, up: str, scale: float) -> None:
        # What an adapter adds, of which nothing else is left: scale up down (Hu and others, "LoRA", arXiv:2106.09685).
        self.weights[matrix].addmm_(self.weights.pop(up), self.weights.pop(down), alpha=scale)

    def settle(self, name: str, device: str, dtype: int) -> None:
        # The matrices of layers are only joined and parted by prepare, so each goes to its place as soon as it is
        # there: a large model is never whole in float32 where it computes in less.
        matrix = name.startswith("layers.") and name.endswith(".weight") and self.weights[name].dim() == 2
        if matrix:
            self.weights[name] = self.weights[name].to(device, dtype)

    def place(self, device: str, dtype: int) -> None:
        # What is called exact is computed from the model's numbers and stays in float32, whatever the network computes
        # in. So do the modules behind pooling.
        for name in self.weights.keys():
            weight = self.weights[name]
            exact = name.startswith("exact.") or name.startswith("modules.")
            self.weights[name] = weight.to(device, weight.dtype if exact else dtype)
        self.device = device

    def pack(self, tokens: int) -> None:
        # oneDNN multiplies by a matrix that lies as its kernels read it; tokens is the size of batch that the order
        # suits best. Tables are looked up, and the modules behind pooling see another number of rows each time, for
        # which oneDNN would compile a kernel each.
        by_shape: Dict[str, int] = {}
        for name in self.weights.keys():
            matrix = name.endswith(".weight") and self.weights[name].dim() == 2
            if matrix and not name.startswith("embeddings.") and not name.startswith("modules."):
                shape = str(self.weights[name].size())
                self.weights[name] = ops.mkldnn._reorder_linear_weight(self.weights[name], tokens)
                if shape not in by_shape:
                    by_shape[shape] = self.block(self.weights[name])
                if by_shape[shape] > 0:
                    self.blocks[name] = by_shape[shape]

    def block(self, matrix: Tensor) -> int:
        # The bits of a row must not depend on how many others there are. Kernels of oneDNN for AVX2 sum up in one part
        # where they see at most 64 rows, and in several where they see more (avx2_small_os and use_small_os_kernels in
        # jit_brgemm_inner_product_utils.cpp), so a product takes no more than 64 there. Batches have a multiple of 16.
        if self.sums_alike(matrix, 96):
            return 0
        return 64 if self.sums_alike(matrix, 64) else 16

    def sums_alike(self, matrix: Tensor, rows: int) -> bool:
        # Whether the first of many rows have the bits that they have among few.
        x = torch.sin(torch.arange(rows * matrix.size(1)).float()).view(rows, -1).to(matrix.dtype)
        scalars: List[Optional[number]] = []
        many = ops.mkldnn._linear_pointwise(x, matrix, None, "none", scalars, "")
        few = ops.mkldnn._linear_pointwise(x[:16], matrix, None, "none", scalars, "")
        return torch.equal(many[:16], few)
