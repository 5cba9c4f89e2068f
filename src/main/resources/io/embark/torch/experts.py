# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
# A mixture of experts (Shazeer and others, "Outrageously Large Neural Networks", arXiv:1701.06538): a router chooses a
# few feed-forward parts for each token, whose results are added with the router's weights.
from typing import List, Tuple

import torch
from encoder import Encoder
from torch import Tensor


class Experts(Encoder):
    def mixture(self, x: Tensor, name: str, activation: str) -> Tensor:
        # The weighted sum of what the chosen experts make of each token, [tokens, hidden]. name is that of the layer's
        # part; its experts are experts.0, experts.1 and so on.
        experts, chosen = int(self.numbers["experts"]), int(self.numbers["chosen_experts"])
        scores = torch.softmax(self.linear(x, name + "router").float(), 1)  # [tokens, experts]
        weights, choice = torch.topk(scores, chosen)  # [tokens, chosen]
        if self.numbers["normalize_chosen"] > 0:
            weights = weights / weights.sum([1], keepdim=True)
        weights = weights.to(x.dtype)
        slots, counts = self.slots(choice, experts)
        rows = torch.index_select(x, 0, self.tokens_of(slots, counts, chosen))  # [rows, hidden]
        made: List[Tensor] = []
        first = 0
        for expert, count in enumerate(counts):
            # An expert that no token chose has no work.
            if count > 0:
                made.append(self.expert(rows[first:first + count], name + "experts.{}.".format(expert), activation))
                first += count
        result = torch.cat(made)
        # Each token finds what its experts made, one after the other, wherever they have put it.
        mixed = torch.index_select(result, 0, slots[:, 0]).mul_(weights[:, :1])
        for i in range(1, chosen):
            mixed.addcmul_(torch.index_select(result, 0, slots[:, i]), weights[:, i:i + 1])
        return mixed

    def expert(self, x: Tensor, name: str, activation: str) -> Tensor:
        if name + "gate_proj.weight" in self.weights:
            gate = self.linear_activate(x, name + "gate_proj", activation)
            return self.linear(self.linear_mul(x, name + "up_proj", gate), name + "down_proj")
        return self.linear(self.linear_activate(x, name + "up_proj", activation), name + "down_proj")

    def slots(self, choice: Tensor, experts: int) -> Tuple[Tensor, List[int]]:
        # choice is [tokens, chosen]. Gives the row at which each choice stands when the choices of one expert stand
        # together, [tokens, chosen], and how many rows each expert has: its choices, and at most 15 spare rows, so that
        # its products depend on its own tokens only.
        flat = choice.flatten()
        counts = torch.bincount(flat, minlength=experts)
        padded = (counts + 15).div(16, rounding_mode="floor") * 16
        order = torch.argsort(flat, stable=True)
        shift = (padded.cumsum(0) - padded) - (counts.cumsum(0) - counts)
        places = torch.arange(flat.size(0), device=flat.device) + torch.index_select(shift, 0, flat[order])
        slots = torch.empty_like(flat).index_copy_(0, order, places)
        rows: List[int] = padded.tolist()
        return slots.view(choice.size()), rows

    def tokens_of(self, slots: Tensor, counts: List[int], chosen: int) -> Tensor:
        # The token that stands in each row; the first one in spare rows.
        flat = slots.flatten()
        tokens = torch.arange(flat.size(0), device=flat.device).div(chosen, rounding_mode="floor")
        return torch.zeros([sum(counts)], dtype=tokens.dtype, device=flat.device).index_copy_(0, flat, tokens)

    def split_experts(self, name: str) -> None:
        # Files may have a layer's experts in one tensor, up with a row for each inner component of each expert, and
        # down as well, which then multiplies from the other side.
        up = self.weights.pop(name + "up.weight").chunk(int(self.numbers["experts"]))
        down = self.weights.pop(name + "down.weight").chunk(int(self.numbers["experts"]))
        for i in range(len(up)):
            self.weights[name + "{}.up_proj.weight".format(i)] = up[i].clone()
            self.weights[name + "{}.down_proj.weight".format(i)] = down[i].transpose(0, 1).contiguous()
