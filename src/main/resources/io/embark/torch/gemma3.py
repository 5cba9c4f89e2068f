# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
# Gemma 3 (arXiv:2503.19786; transformers' modeling_gemma3.py) and EmbeddingGemma (arXiv:2509.20354): norms before and
# behind each part, and in most layers a token sees a window only.
from typing import List, Tuple

import torch
from decoder import Decoder
from torch import Tensor


class Gemma3(Decoder):
    def prepare(self) -> None:
        size = int(self.numbers["head_size"])
        self.weights["exact.full"] = self.inverse_frequencies(size, self.numbers["rotary_base_full"])
        self.weights["exact.sliding"] = self.inverse_frequencies(size, self.numbers["rotary_base_sliding"])
        # Gemma3TextScaledWordEmbedding: rows are multiplied by the root of their size.
        hidden_size = self.weights["norm.weight"].size(0)
        self.weights["embeddings.word_embeddings.weight"].mul_(torch.sqrt(hidden_size))
        # Gemma3RMSNorm multiplies by one more than its weight.
        for name in self.weights.keys():
            if name.endswith("norm.weight") and not name.startswith("modules."):
                self.weights[name].add_(1)
        self.join("layers.{}.self_attn.", ["q_proj", "k_proj", "v_proj"], "qkv")

    def encode(self, ids: Tensor, runs: List[Tuple[int, int, int]]) -> Tensor:
        activation = self.choices["activation"]
        layer_types = self.choices["layer_types"].split(",")
        scale = self.numbers["query_scale"]
        positions = self.positions(ids.size(0), runs)
        full_rotary = self.rotary(positions, self.weights["exact.full"])
        sliding_rotary = self.rotary(positions, self.weights["exact.sliding"])
        hidden = torch.embedding(self.weights["embeddings.word_embeddings.weight"], ids)  # [tokens, hidden]
        for i in range(int(self.numbers["layers"])):
            layer = "layers.{}.".format(i)
            sliding = layer_types[i] == "sliding"
            rotary = sliding_rotary if sliding else full_rotary
            left = int(self.numbers["window_left"]) if sliding else -1
            right = int(self.numbers["window_right"]) if sliding else int(self.numbers["right"])
            x = self.rms_norm(hidden, layer + "input_layernorm")
            context = self.grouped_query_attention(x, layer + "self_attn.", rotary, runs, scale, left, right)
            x = self.linear(context, layer + "self_attn.o_proj")
            hidden = self.rms_norm(x, layer + "post_attention_layernorm") + hidden
            x = self.rms_norm(hidden, layer + "pre_feedforward_layernorm")
            gate = self.linear_activate(x, layer + "mlp.gate_proj", activation)
            x = self.linear(self.linear_mul(x, layer + "mlp.up_proj", gate), layer + "mlp.down_proj")
            hidden = self.rms_norm(x, layer + "post_feedforward_layernorm") + hidden
        return self.rms_norm(hidden, "norm")
