# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
# The text network of EmbeddingGemma 2 (transformers' modeling_embedding_gemma2.py): tokens look both ways, in most
# layers through a window; layers that see all have heads of another size; and behind its two parts each layer adds a
# third, gated by what it takes from the embedded words.
from typing import List, Tuple

import torch
from encoder import Encoder
from torch import Tensor


class EmbeddingGemma2(Encoder):
    def prepare(self) -> None:
        full, sliding = int(self.numbers["head_size_full"]), int(self.numbers["head_size_sliding"])
        self.weights["exact.full"] = self.inverse_frequencies(full, self.numbers["rotary_base_full"])
        self.weights["exact.sliding"] = self.inverse_frequencies(sliding, self.numbers["rotary_base_sliding"])
        # Rows are multiplied by the root of their size, and what layers take from them is divided by it.
        root = torch.sqrt(self.weights["norm.weight"].size(0))
        self.weights["embeddings.word_embeddings.weight"].mul_(root)
        # One product for each layer needs less memory than one for all.
        parts = self.weights.pop("ple.per_layer_model_projection.weight").chunk(int(self.numbers["layers"]))
        for i, part in enumerate(parts):
            self.weights["layers.{}.ple_block.words.weight".format(i)] = part / root
        self.join("layers.{}.self_attn.", ["q_proj", "k_proj", "v_proj"], "qkv")

    def encode(self, ids: Tensor, runs: List[Tuple[int, int, int]]) -> Tensor:
        activation = self.choices["activation"]
        layer_types = self.choices["layer_types"].split(",")
        positions = self.positions(ids.size(0), runs)
        full_rotary = self.rotary(positions, self.weights["exact.full"])
        sliding_rotary = self.rotary(positions, self.weights["exact.sliding"])
        words = torch.embedding(self.weights["embeddings.word_embeddings.weight"], ids)  # [tokens, hidden]
        hidden = words
        for i in range(int(self.numbers["layers"])):
            layer = "layers.{}.".format(i)
            sliding = layer_types[i] == "sliding"
            rotary = sliding_rotary if sliding else full_rotary
            x = self.rms_norm(hidden, layer + "input_layernorm")
            context = self.self_attention(x, layer + "self_attn.", sliding, rotary, runs)
            x = self.linear(context, layer + "self_attn.o_proj")
            hidden = self.rms_norm(x, layer + "post_attention_layernorm").add_(hidden)
            x = self.rms_norm(hidden, layer + "pre_feedforward_layernorm")
            gate = self.linear_activate(x, layer + "mlp.gate_proj", activation)
            x = self.linear(self.linear_mul(x, layer + "mlp.up_proj", gate), layer + "mlp.down_proj")
            hidden = self.rms_norm(x, layer + "post_feedforward_layernorm").add_(hidden)

            layer = layer + "ple_block."
            taken = self.rms_norm(self.linear(words, layer + "words"), "ple.per_layer_projection_norm")
            gate = self.linear_activate(hidden, layer + "per_layer_input_gate", activation)
            x = self.linear(gate.mul_(taken), layer + "per_layer_projection")
            x = self.rms_norm(x, layer + "post_per_layer_input_norm").add_(hidden)
            hidden = x.mul_(self.weights["layers.{}.layer_scalar".format(i)])
        return self.linear(self.rms_norm(hidden, "norm"), "embedding_projection")

    def self_attention(
        self,
        x: Tensor,
        name: str,
        sliding: bool,
        rotary: Tuple[Tensor, Tensor],
        runs: List[Tuple[int, int, int]],
    ) -> Tensor:
        # Gives [tokens, heads * size]. Queries, keys and values are normed, these by no weights; scores have no scale.
        heads = int(self.numbers["heads"])
        shared = int(self.numbers["key_value_heads_sliding"] if sliding else self.numbers["key_value_heads_full"])
        size = int(self.numbers["head_size_sliding"] if sliding else self.numbers["head_size_full"])
        window = int(self.numbers["window"]) if sliding else -1
        qkv = self.linear(x, name + "qkv").view(-1, heads + 2 * shared, size)
        query = self.rotate(self.rms_norm(qkv[:, :heads], name + "q_norm"), rotary)
        key = self.rotate(self.rms_norm(qkv[:, heads:heads + shared], name + "k_norm"), rotary)
        value = torch.rms_norm(qkv[:, heads + shared:], [size], None, self.numbers["norm_epsilon"])
        return self.attention(query, key, value, runs, 1.0, window, window, None)
