# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
# What the networks of transformers have in common: the packed batch, attention, and the parts of layers. A family's
# script brings encode, which takes the ids of a packed batch to the states of its tokens.
#
# In a packed batch the tokens of all texts lie in one row, [tokens], with nothing between them. Linear layers see it as
# it is, so they never work on padding. Attention runs once for each run of neighbouring texts of equal length.
from numbers import Number as number  # noqa: N813, TorchScript's name for it
from typing import List, Optional, Tuple

import torch
from pooling import Pooling
from torch import Tensor, ops


class Encoder(Pooling):
    def forward(
        self,
        ids: Tensor,  # [tokens], int32, on the CPU
        lengths: List[int],  # for each run how long its texts are, and how many there are
        skip: int,  # how many tokens at the front of each text are not pooled
    ) -> Tensor:  # [texts, dimension], on the CPU
        # oneDNN compiles its kernels for one number of tokens: at most 15 spare ones keep these few.
        spare = -ids.size(0) % 16
        ids = torch.constant_pad_nd(ids, [0, spare]).to(self.device)
        runs = self.runs(lengths)
        hidden = self.refine(self.encode(ids, runs))  # [tokens + spare, hidden]
        pooled: List[Tensor] = []
        for start, length, count in runs:
            states = hidden[start:start + length * count].view(count, length, -1)
            pooled.append(self.pool(states, skip))
        return self.finish(torch.cat(pooled)).cpu()

    def runs(self, lengths: List[int]) -> List[Tuple[int, int, int]]:
        # Each run as its first token, the length of its texts, and their count.
        runs: List[Tuple[int, int, int]] = []
        start = 0
        for i in range(len(lengths) // 2):
            length, count = lengths[2 * i], lengths[2 * i + 1]
            runs.append((start, length, count))
            start += length * count
        return runs

    def longest(self, runs: List[Tuple[int, int, int]]) -> int:
        longest = 1
        for _, length, _ in runs:
            longest = max(longest, length)
        return longest

    def refine(self, hidden: Tensor) -> Tensor:
        # The modules between network and pooling: "normalize", "dense:ACTIVATION:RESIDUAL".
        for i, module in enumerate(self.choices["token_modules"].split(",")):
            part = "tokens.{}.".format(i)
            if module == "normalize":
                exact = hidden.float()
                length = torch.linalg_vector_norm(exact, 2, [1], True).clamp_min(1e-12)
                hidden = (exact / length).to(hidden.dtype)
            elif module.startswith("dense:"):
                settings = module.split(":")
                dense = self.linear_activate(hidden, part + "linear", settings[1])
                if settings[2] == "input":
                    dense = dense + hidden
                elif settings[2] == "projected":
                    dense = self.linear_add(hidden, part + "residual", dense)
                hidden = dense
        return hidden

    # Attention (Vaswani and others, "Attention Is All You Need", arXiv:1706.03762, section 3.2):
    # softmax(query key^T scale + bias) value.

    def attention(
        self,
        query: Tensor,  # [tokens, heads, size]
        key: Tensor,  # [tokens, key_value_heads, size]
        value: Tensor,  # [tokens, key_value_heads, size]
        runs: List[Tuple[int, int, int]],
        scale: float,
        left: int,  # how many tokens before it a token sees, all of them where the number is negative
        right: int,  # the same behind it
        distance_bias: Optional[Tensor],  # [heads, 2 n - 1]
    ) -> Tensor:  # [tokens, heads * size]
        # distance_bias is added to the scores by how far the key stands behind the query, from -(n - 1) to n - 1. It is
        # for tokens that see their whole text.
        tokens, heads, size = query.size()
        groups = heads // key.size(1)
        context = torch.empty([tokens, heads * size], dtype=query.dtype, device=query.device)
        end = 0
        for start, length, count in runs:
            end = start + length * count
            q = self.by_head(query[start:end], count, 1)
            k = self.by_head(key[start:end], count, groups)
            v = self.by_head(value[start:end], count, groups)
            target = context[start:end].view(count, length, heads, size).transpose(1, 2)
            if distance_bias is None:
                self.attend_within(q, k, v, scale, left, right, target)
            else:
                self.attend_by_distance(q, k, v, scale, distance_bias.to(query.dtype), target)
        # Spare tokens belong to no text.
        context[end:].zero_()
        return context

    def by_head(self, x: Tensor, count: int, groups: int) -> Tensor:
        # [count * length, heads, size] to [count, heads * groups, length, size]. A head of keys or values serves a
        # group of neighbouring heads of queries (Ainslie and others, "GQA", arXiv:2305.13245; transformers' repeat_kv).
        heads, size = x.size(1), x.size(2)
        x = x.view(count, -1, heads, size).transpose(1, 2)
        if groups == 1:
            return x
        length = x.size(2)
        return x.unsqueeze(2).expand(count, heads, groups, length, size).reshape(count, heads * groups, length, size)

    # The ways to attend: each takes [count, heads, length, size], and writes a result of that shape into target.

    def attend_within(
        self, query: Tensor, key: Tensor, value: Tensor, scale: float, left: int, right: int, target: Tensor
    ) -> None:
        last = query.size(2) - 1
        all_left = left < 0 or left >= last
        all_right = right < 0 or right >= last
        if all_left and all_right:
            target.copy_(torch.scaled_dot_product_attention(query, key, value, scale=scale))
        elif all_left and right == 0:
            target.copy_(torch.scaled_dot_product_attention(query, key, value, is_causal=True, scale=scale))
        else:
            self.attend_by_blocks(query, key, value, scale, left, right, target)

    def attend_by_blocks(
        self, query: Tensor, key: Tensor, value: Tensor, scale: float, left: int, right: int, target: Tensor
    ) -> None:
        # A block of queries sees few keys of a long text. Larger blocks compute more scores in vain, smaller ones read
        # the same keys more often.
        length = query.size(2)
        size = max((left + right) // 2, 64)
        left = length if left < 0 else left
        right = length if right < 0 else right
        for first in range(0, length, size):
            end = min(first + size, length)
            first_key = max(first - left, 0)
            end_key = min(end + right, length)
            rows = torch.arange(first, end, device=query.device)
            columns = torch.arange(first_key, end_key, device=query.device)
            distance = columns.unsqueeze(0) - rows.unsqueeze(1)  # [queries, keys]
            seen = (distance >= -left).logical_and_(distance <= right)
            q, k, v = query[:, :, first:end], key[:, :, first_key:end_key], value[:, :, first_key:end_key]
            target[:, :, first:end].copy_(torch.scaled_dot_product_attention(q, k, v, seen, scale=scale))

    def attend_by_distance(
        self, query: Tensor, key: Tensor, value: Tensor, scale: float, distance_bias: Tensor, target: Tensor
    ) -> None:
        # With the queries in reverse, what is added to the scores is distance_bias itself, read with a step of one
        # along both axes: query length - 1 - i and key j are i + j - (length - 1) apart.
        length = query.size(2)
        middle = distance_bias.size(1) // 2
        part = distance_bias[:, middle - (length - 1):middle + length]  # [heads, 2 length - 1]
        heads, step = part.size(0), part.stride(0)
        bias = part.as_strided([1, heads, length, length], [0, step, 1, 1], part.storage_offset())
        if self.device != "cpu":
            # A GPU's kernels read rows of scores by several at a time, from where an aligned row begins.
            bias = bias.contiguous()
        mixed = torch.scaled_dot_product_attention(query.flip([2]), key, value, bias, scale=scale)
        target.copy_(mixed.flip([2]))

    # Positions.

    def positions(self, tokens: int, runs: List[Tuple[int, int, int]]) -> Tensor:
        # The place of each token in its text, [tokens], in float32; spare tokens stand at the first.
        positions = torch.zeros([tokens])
        for start, length, count in runs:
            positions[start:start + length * count].view(count, length).copy_(torch.arange(length))
        return positions.to(self.device)

    # Rotary embedding (Su and others, "RoFormer", arXiv:2104.09864), with the two coordinates of a pair half a head
    # apart, as in transformers' rotate_half. It is computed in float32.

    def inverse_frequencies(self, size: int, base: float) -> Tensor:
        # base^(-2 i / size), [size / 2].
        return torch.reciprocal(base ** (torch.arange(0, size, 2).float() / size))

    def frequencies(self, size: int, formula: str, length: int) -> Tensor:
        # Those of a text of that length, [size / 2], as transformers' modeling_rope_utils.py scales them. The formula
        # is its kind and its numbers: a factor of cosine and sine, up to which length all texts have the same, the
        # base, and the kind's own. They are computed step by step as there, in float32.
        words = formula.split(" ")
        kind = words[0]
        values = [float(word) for word in words[1:]]
        limit, base = values[1], values[2]
        own = values[3:]
        exponents = torch.arange(0, size, 2).float() / size
        plain = self.inverse_frequencies(size, base)
        if kind == "linear":
            return plain / own[0]
        if kind == "dynamic" and length > limit:
            factor = own[0]
            growth = (factor * torch.tensor(length) / limit - (factor - 1.0)) ** (size / (size - 2.0))
            return torch.reciprocal((base * growth) ** exponents)
        if kind == "longrope":
            half = size // 2
            factors = own[half:] if length > limit else own[:half]
            return torch.reciprocal(torch.tensor(factors) * base ** exponents)
        if kind == "llama3":
            factor, low, high, trained = own[0], own[1], own[2], own[3]
            wavelength = 2 * 3.141592653589793 / plain
            share = (trained / wavelength - low) / (high - low)
            between = (1 - share) * plain / factor + share * plain
            scaled = torch.where(wavelength > trained / low, plain / factor, between)
            return torch.where(wavelength < trained / high, plain, scaled)
        if kind == "yarn":
            factor, low, high = own[0], own[1], own[2]
            ramp = ((torch.arange(size // 2).float() - low) / (high - low)).clamp(0, 1)
            kept = 1 - ramp
            return torch.reciprocal(factor * base ** exponents) * (1 - kept) + plain * kept
        return plain

    def rotary_by(
        self, name: str, formula: str, positions: Tensor, runs: List[Tuple[int, int, int]]
    ) -> Tuple[Tensor, Tensor]:
        # As rotary, with the frequencies that prepare made by the formula; those of longer texts are their own.
        words = formula.split(" ")
        factor, limit = float(words[1]), float(words[2])
        frequencies = self.weights[name]
        if limit > 0 and float(self.longest(runs)) > limit:
            size = 2 * frequencies.size(0)
            frequencies = frequencies.repeat([positions.size(0), 1])  # [tokens, size / 2]
            for start, length, count in runs:
                if float(length) > limit:
                    frequencies[start:start + length * count] = self.frequencies(size, formula, length)
        cos, sin = self.rotary(positions, frequencies)
        if factor != 1.0:
            cos, sin = cos * factor, sin * factor
        return cos, sin

    def rotary(self, positions: Tensor, inverse_frequencies: Tensor) -> Tuple[Tensor, Tensor]:
        # Cosine and sine for each token, [tokens, 1, size / 2].
        angles = (positions.unsqueeze(1) * inverse_frequencies).unsqueeze(1)
        return angles.cos(), angles.sin()

    def rotate(self, x: Tensor, rotary: Tuple[Tensor, Tensor]) -> Tensor:
        # x is [tokens, heads, size].
        cos, sin = rotary
        exact = x.float()
        half = x.size(2) // 2
        first, second = exact[:, :, :half], exact[:, :, half:]
        rotated = exact.new_empty(exact.size())
        # first cos - second sin, second cos + first sin
        rotated[:, :, :half].copy_(first).mul_(cos).addcmul_(second, sin, value=-1)
        rotated[:, :, half:].copy_(second).mul_(cos).addcmul_(first, sin)
        return rotated.to(x.dtype)

    def bucketed_distance_bias(self, table: str, runs: List[Tuple[int, int, int]]) -> Tensor:
        # The distance_bias of T5, from a table with a row for each bucket of distances, [buckets, heads] (Raffel and
        # others, arXiv:1910.10683, section 2.1; transformers' T5Attention._relative_position_bucket). Half of the
        # buckets are for keys behind the query. Half of these are for one distance each; the others widen up to
        # max_distance.
        longest = self.longest(runs)
        weight = self.weights[table + ".weight"]
        buckets = int(self.numbers["buckets"]) // 2
        max_exact = buckets // 2
        relative_position = torch.arange(1 - longest, longest, device=weight.device)
        distance = relative_position.abs()
        octaves = torch.log(self.numbers["max_distance"] / float(max_exact))
        large = torch.log(distance.float() / max_exact) / octaves * (buckets - max_exact)
        large = (large.long() + max_exact).clamp_max(buckets - 1)
        bucket = torch.where(distance < max_exact, distance, large) + (relative_position > 0).long() * buckets
        return torch.embedding(weight, bucket).transpose(0, 1).contiguous()  # [heads, 2 longest - 1]

    # Norms.

    def layer_norm(self, x: Tensor, name: str) -> Tensor:
        # Ba and others, arXiv:1607.06450.
        weight = self.weights[name + ".weight"]
        bias = self.weights.get(name + ".bias")
        return torch.layer_norm(x, [weight.size(0)], weight, bias, self.numbers["norm_epsilon"])

    def rms_norm(self, x: Tensor, name: str) -> Tensor:
        # Zhang and Sennrich, arXiv:1910.07467.
        weight = self.weights[name + ".weight"]
        return torch.rms_norm(x, [weight.size(0)], weight, self.numbers["norm_epsilon"])

    # Linear layers, x W^T + b, and what oneDNN does in the same pass: the activation, the sum or the product. Where the
    # matrix is not in oneDNN's order, the same happens step by step; so it does for an activation that oneDNN lacks.

    def linear(self, x: Tensor, name: str) -> Tensor:
        weight = self.weights[name + ".weight"]
        if weight.is_mkldnn:
            return self.fused(x, name, "none", "", None)
        return torch.linear(x, weight, self.weights.get(name + ".bias"))

    def linear_activate(self, x: Tensor, name: str, activation: str) -> Tensor:
        weight = self.weights[name + ".weight"]
        if weight.dtype == 1 or not weight.is_mkldnn:
            return self.activate(self.linear(x, name), activation)
        if activation == "gelu":
            return self.fused(x, name, "gelu", "none", None)
        if activation == "gelu_tanh":
            return self.fused(x, name, "gelu", "tanh", None)
        if activation == "silu":
            return self.fused(x, name, "swish", "", None)
        if activation in ["none", "relu", "sigmoid", "tanh"]:
            return self.fused(x, name, activation, "", None)
        return self.activate(self.fused(x, name, "none", "", None), activation)

    def linear_add(self, x: Tensor, name: str, residual: Tensor) -> Tensor:
        if self.weights[name + ".weight"].is_mkldnn:
            return self.fused(x, name, "add", "", residual)
        return self.linear(x, name).add_(residual)

    def linear_mul(self, x: Tensor, name: str, factor: Tensor) -> Tensor:
        if self.weights[name + ".weight"].is_mkldnn:
            return self.fused(x, name, "mul", "", factor)
        return self.linear(x, name).mul_(factor)

    def fused(self, x: Tensor, name: str, operation: str, variant: str, other: Optional[Tensor]) -> Tensor:
        block = self.blocks.get(name + ".weight")
        if block is None or x.size(0) <= block:
            return self.fused_rows(x, name, operation, variant, other)
        parts: List[Tensor] = []
        for first in range(0, x.size(0), block):
            end = first + block
            part = None if other is None else other[first:end]
            parts.append(self.fused_rows(x[first:end], name, operation, variant, part))
        return torch.cat(parts)

    def fused_rows(self, x: Tensor, name: str, operation: str, variant: str, other: Optional[Tensor]) -> Tensor:
        # A matrix has the precision that it is multiplied in.
        weight = self.weights[name + ".weight"]
        if weight.dtype == 6:
            bias = self.weights.get(name + ".bias")
            if other is not None:
                return ops.mkldnn._linear_pointwise(x, other, weight, bias, operation)
            scalars: List[Optional[number]] = []
            return ops.mkldnn._linear_pointwise(x, weight, bias, operation, scalars, variant)
        alone = "none" if other is not None else operation
        if weight.dtype == 15:
            y = self.rows_bfloat16(x, name, alone, variant)
        else:
            y = self.rows_int8(x, name)
        if other is None:
            return y
        return y.add_(other) if operation == "add" else y.mul_(other)

    def rows_bfloat16(self, x: Tensor, name: str, operation: str, variant: str) -> Tensor:
        # What comes out is rounded once more; what is added to it or multiplied with it is not.
        weight = self.weights[name + ".weight"]
        bias = self.weights.get(name + ".bias")
        narrow = None if bias is None else bias.to(15)
        scalars: List[Optional[number]] = []
        return ops.mkldnn._linear_pointwise(x.to(15), weight, narrow, operation, scalars, variant).to(6)

    def rows_int8(self, x: Tensor, name: str) -> Tensor:
        # Each row of x as bytes from its minimum to its maximum, behind which stand its scale and its minimum, so that
        # no row depends on another (fbgemm's row-wise format; Dettmers and others, arXiv:2208.07339, section 2.2, has
        # rows too). The sums of bytes are exact: x W^T = scale (bytes W^T) + minimum (row sums of W).
        weight = name + ".weight"
        bytes = ops.quantized.embedding_bag_byte_prepack(x.contiguous())  # [tokens, width + 8]
        affine = torch.view_copy(torch.contiguous(torch.narrow(bytes, 1, x.size(1), 8)), dtype=6)  # [tokens, 2]
        scalars: List[Optional[number]] = []
        sums = ops.onednn.qlinear_pointwise(
            bytes, 1.0, 0, self.weights[weight], self.weights[weight + ".scales"], self.weights[weight + ".zeros"],
            None, 1.0, 0, 6, "none", scalars, "")
        minimum = torch.narrow(affine, 1, 1, 1)
        bias = self.weights.get(name + ".bias")
        if bias is None:
            y = minimum * self.weights[weight + ".sums"]
        else:
            y = torch.addcmul(bias, minimum, self.weights[weight + ".sums"])
        return y.addcmul_(torch.narrow(affine, 1, 0, 1), sums)

    # What prepare does with the weights of all layers. Their names begin with layer, in which {} stands for its number.

    def join(self, layer: str, parts: List[str], joined: str) -> None:
        # One multiplication by several matrices that see the same tokens is faster than one by each.
        for i in range(int(self.numbers["layers"])):
            prefix = layer.format(i)
            for kind in [".weight", ".bias"]:
                found: List[Tensor] = []
                for part in parts:
                    name = prefix + part + kind
                    if name in self.weights:
                        found.append(self.weights.pop(name))
                if len(found) > 0:
                    self.weights[prefix + joined + kind] = torch.cat(found)

    def halve(self, layer: str, whole: str, halves: List[str]) -> None:
        # A product by one matrix can take in what comes behind it, by halves of one it cannot.
        for i in range(int(self.numbers["layers"])):
            prefix = layer.format(i)
            for kind in [".weight", ".bias"]:
                name = prefix + whole + kind
                if name in self.weights:
                    stored = self.weights.pop(name)
                    half = stored.size(0) // 2
                    self.weights[prefix + halves[0] + kind] = stored[:half].clone()
                    self.weights[prefix + halves[1] + kind] = stored[half:].clone()
