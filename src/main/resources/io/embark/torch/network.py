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
        # suits best. These matrices alone are in the precision that was chosen, all else stays in float32; so do those
        # by which a token finds its experts, which rounding would send to others. Tables are looked up, and the modules
        # behind pooling see another number of rows each time, for which oneDNN would compile a kernel each.
        by_shape: Dict[str, int] = {}
        for name in self.weights.keys():
            matrix = name.endswith(".weight") and self.weights[name].dim() == 2
            if matrix and not name.startswith("embeddings.") and not name.startswith("modules."):
                exact = name.endswith(".router.weight")
                if self.choices["precision"] == "int8" and not exact:
                    self.quantise(name, tokens)
                    continue
                if self.choices["precision"] == "bfloat16" and not exact:
                    self.weights[name] = self.weights[name].to(15)
                shape = str(self.weights[name].size()) + " " + str(self.weights[name].dtype)
                if shape not in by_shape:
                    by_shape[shape] = self.block(self.weights[name], tokens)
                if by_shape[shape] > 0:
                    self.blocks[name] = by_shape[shape]
                self.weights[name] = ops.mkldnn._reorder_linear_weight(self.weights[name], tokens)

    def quantise(self, name: str, tokens: int) -> None:
        # Each row of the matrix gets a scale: its largest number becomes 127. Eight columns of zeros meet the eight
        # bytes behind each row of states that say what its bytes stand for, see Encoder's rows_int8.
        matrix = self.weights[name]
        assert bool(torch.isfinite(matrix).all()), name + " has values that are not finite"
        scales = matrix.abs().amax([1]).clamp_min(1e-30) / 127.0
        whole = torch.round(matrix / scales.unsqueeze(1))
        bytes = torch.constant_pad_nd(whole, [0, 8]).to(1)
        self.weights[name] = ops.onednn.qlinear_prepack(bytes, [tokens, bytes.size(1)])
        self.weights[name + ".scales"] = scales
        self.weights[name + ".zeros"] = torch.zeros([bytes.size(0)], dtype=3)
        self.weights[name + ".sums"] = whole.sum([1]) * scales

    def adds_exactly(self) -> bool:
        # Whether this CPU adds up products of bytes in 32 bits. Those without VNNI add pairs of them in 16 first, and
        # cut off what is too large.
        bytes = torch.full([16, 64], 127.0).to(1)
        packed = ops.onednn.qlinear_prepack(bytes, [16, 64])
        ones, zeros = torch.ones([16]), torch.zeros([16], dtype=3)
        scalars: List[Optional[number]] = []
        largest = torch.view_copy(torch.full([16, 64], -1.0).to(1), dtype=0)
        sums = ops.onednn.qlinear_pointwise(
            largest, 1.0, 0, packed, ones, zeros, None, 1.0, 0, 6, "none", scalars, "")
        return torch.equal(sums, torch.full([16, 16], 255.0 * 127.0 * 64.0))

    def block(self, matrix: Tensor, tokens: int) -> int:
        # The bits of a row must not depend on how many others there are. Kernels of oneDNN for AVX2 sum up in one part
        # where they see at most 64 rows, and in several where they see more (avx2_small_os and use_small_os_kernels in
        # jit_brgemm_inner_product_utils.cpp), so a product takes no more than 64 there; those for bfloat16 take other
        # instructions for 16 rows of a small matrix. Batches have a multiple of 16.
        if self.sums_alike(matrix, 96, tokens):
            return 0
        return 64 if self.sums_alike(matrix, 64, tokens) else 16

    def sums_alike(self, matrix: Tensor, rows: int, tokens: int) -> bool:
        # Whether the first of many rows have the bits that they have among few, with a matrix of this shape. What is
        # multiplied here adds up to zero, so that all that comes out is what sums in this order are rounded by: results
        # in bfloat16 would hide that behind larger numbers.
        half = matrix.size(1) // 2
        columns = torch.sin(torch.arange(matrix.size(0) * half).float()).view(matrix.size(0), half).to(matrix.dtype)
        opposed = torch.cat([columns, -columns.flip([1])], 1)
        some = torch.cos(torch.arange(rows * half).float()).view(rows, half).to(matrix.dtype)
        x = torch.cat([some, some.flip([1])], 1)
        odd = [0, matrix.size(1) - 2 * half]
        x, opposed = torch.constant_pad_nd(x, odd), torch.constant_pad_nd(opposed, odd)
        packed = ops.mkldnn._reorder_linear_weight(opposed, tokens)
        scalars: List[Optional[number]] = []
        many = ops.mkldnn._linear_pointwise(x, packed, None, "none", scalars, "")
        few = ops.mkldnn._linear_pointwise(x[:16], packed, None, "none", scalars, "")
        return torch.equal(many[:16], few)
