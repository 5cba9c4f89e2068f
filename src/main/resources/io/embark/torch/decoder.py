# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
# Decoders in Llama's form (arXiv:2302.13971; transformers' modeling_llama.py): norms before each part, rotary
# positions, heads that share keys and values, and a gate. Mistral (arXiv:2310.06825) looks through windows, Qwen2
# (arXiv:2407.10671) has biases, Qwen3 (arXiv:2505.09388; "Qwen3 Embedding", arXiv:2506.05176) norms for its heads and,
# as Qwen3-MoE, experts. Gemma 2 (arXiv:2408.00118) and 3 (arXiv:2503.19786; EmbeddingGemma, arXiv:2509.20354) have
# norms behind each part too. What a network has is told by its tensors, where these tell it.
from typing import List, Optional, Tuple

import torch
from experts import Experts
from torch import Tensor


class Decoder(Experts):
    def prepare(self) -> None:
        size = int(self.numbers["head_size"])
        self.weights["exact.rotary"] = self.frequencies(size, self.choices["rotary"], 0)
        if "rotary_sliding" in self.choices:
            self.weights["exact.rotary_sliding"] = self.frequencies(size, self.choices["rotary_sliding"], 0)
        if "embedding_factor" in self.numbers:
            self.weights["embeddings.word_embeddings.weight"].mul_(self.numbers["embedding_factor"])
        if "norm_offset" in self.numbers:
            # Gemma's norms multiply by one more than their weights.
            for name in self.weights.keys():
                if name.endswith("norm.weight") and not name.startswith("modules."):
                    self.weights[name].add_(self.numbers["norm_offset"])
        self.join("layers.{}.self_attn.", ["q_proj", "k_proj", "v_proj"], "qkv")

    def encode(self, ids: Tensor, runs: List[Tuple[int, int, int]]) -> Tensor:
        activation = self.choices["activation"]
        layer_types = self.choices["layer_types"].split(",")
        positions = self.positions(ids.size(0), runs)
        rotary = self.rotary_by("exact.rotary", self.choices["rotary"], positions, runs)
        rotary_sliding = rotary
        if "rotary_sliding" in self.choices:
            formula = self.choices["rotary_sliding"]
            rotary_sliding = self.rotary_by("exact.rotary_sliding", formula, positions, runs)
        layer_positions: List[str] = []
        if "layer_positions" in self.choices:
            layer_positions = self.choices["layer_positions"].split(",")
        query_factor: Optional[Tensor] = None
        if "query_growth" in self.numbers:
            # Ministral 3's get_llama_4_attn_scale.
            steps = torch.floor(positions / self.numbers["query_growth_step"])
            query_factor = (1 + self.numbers["query_growth"] * torch.log(1 + steps)).view(-1, 1, 1)

        hidden = torch.embedding(self.weights["embeddings.word_embeddings.weight"], ids)  # [tokens, hidden]
        for i in range(int(self.numbers["layers"])):
            layer = "layers.{}.".format(i)
            sliding = layer_types[i] == "sliding"
            left = int(self.numbers["window_left"]) if sliding else -1
            right = int(self.numbers["window_right"]) if sliding else int(self.numbers["right"])
            turned: Optional[Tuple[Tensor, Tensor]] = rotary_sliding if sliding else rotary
            if len(layer_positions) > 0 and layer_positions[i] == "none":
                turned = None
            x = self.rms_norm(hidden, layer + "input_layernorm")
            context = self.self_attention(x, layer + "self_attn.", turned, query_factor, runs, left, right)
            if layer + "pre_feedforward_layernorm.weight" in self.weights:
                x = self.linear(context, layer + "self_attn.o_proj")
                hidden = self.rms_norm(x, layer + "post_attention_layernorm") + hidden
                x = self.rms_norm(hidden, layer + "pre_feedforward_layernorm")
                x = self.linear(self.gated(x, layer + "mlp.", activation), layer + "mlp.down_proj")
                hidden = self.rms_norm(x, layer + "post_feedforward_layernorm") + hidden
            else:
                hidden = self.linear_add(context, layer + "self_attn.o_proj", hidden)
                x = self.rms_norm(hidden, layer + "post_attention_layernorm")
                if layer + "mlp.router.weight" in self.weights:
                    hidden = self.mixture(x, layer + "mlp.", activation).add_(hidden)
                else:
                    inner = self.gated(x, layer + "mlp.", activation)
                    hidden = self.linear_add(inner, layer + "mlp.down_proj", hidden)
        return self.rms_norm(hidden, "norm")

    def gated(self, x: Tensor, name: str, activation: str) -> Tensor:
        # Shazeer, "GLU Variants Improve Transformer", arXiv:2002.05202.
        gate = self.linear_activate(x, name + "gate_proj", activation)
        return self.linear_mul(x, name + "up_proj", gate)

    def self_attention(
        self,
        x: Tensor,
        name: str,
        rotary: Optional[Tuple[Tensor, Tensor]],
        query_factor: Optional[Tensor],
        runs: List[Tuple[int, int, int]],
        left: int,
        right: int,
    ) -> Tensor:
        # Several heads of queries may share one of keys and values. Gives [tokens, heads * size].
        heads, key_value_heads = int(self.numbers["heads"]), int(self.numbers["key_value_heads"])
        size = int(self.numbers["head_size"])
        qkv = self.linear(x, name + "qkv").view(-1, heads + 2 * key_value_heads, size)
        query_key = qkv[:, :heads + key_value_heads]
        value = qkv[:, heads + key_value_heads:]  # [tokens, key_value_heads, size]
        if name + "q_norm.weight" in self.weights:
            query = self.rms_norm(query_key[:, :heads], name + "q_norm")
            key = self.rms_norm(query_key[:, heads:], name + "k_norm")
            if rotary is not None:
                query, key = self.rotate(query, rotary), self.rotate(key, rotary)
        else:
            if rotary is not None:
                query_key = self.rotate(query_key, rotary)
            query, key = query_key[:, :heads], query_key[:, heads:]
        if query_factor is not None:
            query = query * query_factor.to(query.dtype)
        scale = self.numbers["query_scale"]
        if "soft_cap" in self.numbers:
            return self.capped_attention(query, key, value, runs, scale, self.numbers["soft_cap"], left, right)
        return self.attention(query, key, value, runs, scale, left, right, None)

    def capped_attention(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        runs: List[Tuple[int, int, int]],
        scale: float,
        cap: float,
        left: int,
        right: int,
    ) -> Tensor:
        # As attention, with scores that tanh holds below the cap: no fused kernel does that.
        tokens, heads, size = query.size()
        groups = heads // key.size(1)
        context = torch.zeros([tokens, heads * size], dtype=query.dtype, device=query.device)
        for start, length, count in runs:
            end = start + length * count
            q = self.by_head(query[start:end], count, 1)
            k = self.by_head(key[start:end], count, groups)
            v = self.by_head(value[start:end], count, groups)
            target = context[start:end].view(count, length, heads, size).transpose(1, 2)
            # Some texts at a time, and of long ones a block of queries; its size is the text's own affair.
            block = min(length, 64)
            texts = max(1, 1048576 // (heads * block * length))
            for first in range(0, count, texts):
                part = min(first + texts, count)
                for row in range(0, length, block):
                    self.attend_capped(
                        q[first:part, :, row:row + block],
                        k[first:part],
                        v[first:part],
                        scale,
                        cap,
                        row,
                        left,
                        right,
                        target[first:part, :, row:row + block],
                    )
        return context

    def attend_capped(
        self,
        query: Tensor,  # [count, heads, block, size]
        key: Tensor,  # [count, heads, length, size]
        value: Tensor,
        scale: float,
        cap: float,
        first: int,  # where the block begins
        left: int,
        right: int,
        target: Tensor,
    ) -> None:
        length = key.size(2)
        end = first + query.size(2)
        left = length if left < 0 else left
        right = length if right < 0 else right
        first_key = max(first - left, 0)
        end_key = min(end + right, length)
        rows = torch.arange(first, end, device=query.device)
        columns = torch.arange(first_key, end_key, device=query.device)
        distance = columns.unsqueeze(0) - rows.unsqueeze(1)  # [block, keys]
        unseen = (distance < -left).logical_or_(distance > right)
        # Products take their kernel by how matrices lie, which must not depend on how many texts there are.
        queries = query.contiguous().flatten(0, 1)  # [count * heads, block, size]
        keys = key[:, :, first_key:end_key].contiguous().flatten(0, 1)
        values = value[:, :, first_key:end_key].contiguous().flatten(0, 1)
        scores = torch.bmm(queries, keys.transpose(1, 2)).float().mul_(scale)
        scores = scores.div_(cap).tanh_().mul_(cap).masked_fill_(unseen, -float("inf"))
        shares = torch.softmax(scores, -1).to(value.dtype)  # [count * heads, block, keys]
        target.copy_(torch.bmm(shares, values).view(query.size()))
