# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
# What Qwen3 and Gemma 3 have in common.
from typing import List, Tuple

from encoder import Encoder
from torch import Tensor


class Decoder(Encoder):
    def grouped_query_attention(
        self,
        x: Tensor,
        name: str,
        rotary: Tuple[Tensor, Tensor],
        runs: List[Tuple[int, int, int]],
        scale: float,
        left: int,
        right: int,
    ) -> Tensor:
        # Several heads of queries share one of keys and values, and each head of queries and keys has a norm. Gives
        # [tokens, heads * size].
        heads, key_value_heads = int(self.numbers["heads"]), int(self.numbers["key_value_heads"])
        size = int(self.numbers["head_size"])
        qkv = self.linear(x, name + "qkv").view(-1, heads + 2 * key_value_heads, size)
        query = qkv[:, :heads]  # [tokens, heads, size]
        key = qkv[:, heads:heads + key_value_heads]  # [tokens, key_value_heads, size]
        value = qkv[:, heads + key_value_heads:]
        query = self.rotate(self.rms_norm(query, name + "q_norm"), rotary)
        key = self.rotate(self.rms_norm(key, name + "k_norm"), rotary)
        return self.attention(query, key, value, runs, scale, left, right, None)
