# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
# DeBERTa v2 and v3 (He and others, arXiv:2006.03654, section 3.1, and arXiv:2111.09543; transformers'
# modeling_deberta_v2.py): besides the words, attention compares words with the distances between them.
from typing import List, Tuple

import torch
from encoder import Encoder
from torch import Tensor


class Deberta(Encoder):
    def prepare(self) -> None:
        layer = "encoder.layer.{}.attention.self."
        if "encoder.rel_embeddings.weight" in self.weights:
            self.project_distances(layer)
        self.join(layer, ["query_proj", "key_proj", "value_proj"], "qkv")
        if "embeddings.token_type_embeddings.weight" in self.weights:
            # All tokens are of type 0, so its row is part of every token's.
            types = self.weights.pop("embeddings.token_type_embeddings.weight")
            self.weights["embeddings.word_embeddings.weight"].add_(types[0])
        if "encoder.conv.conv.weight" in self.weights:
            # One product by the states of all tokens that the kernel sees, side by side.
            kernel = self.weights.pop("encoder.conv.conv.weight").transpose(1, 2)
            self.weights["encoder.conv.conv.weight"] = kernel.flatten(1).contiguous()

    def project_distances(self, layer: str) -> None:
        # Queries and keys of the distances are the same for all texts: [buckets, hidden], with the scores' scale.
        scale = 1.0 / torch.sqrt(self.numbers["head_size"] * self.numbers["score_terms"])
        distances = self.weights.pop("encoder.rel_embeddings.weight")
        if "encoder.LayerNorm.weight" in self.weights:
            distances = self.layer_norm(distances, "encoder.LayerNorm")
        shared = self.choices["distance_projections"] == "shared"
        keys, queries = self.choices["content_to_position"] == "true", self.choices["position_to_content"] == "true"
        for i in range(int(self.numbers["layers"])):
            prefix = layer.format(i)
            for term, part, computed in [
                ("content_to_position", "key", keys),
                ("position_to_content", "query", queries),
            ]:
                name = prefix + (part if shared else "pos_" + part) + "_proj"
                if computed:
                    weight, bias = self.weights[name + ".weight"], self.weights[name + ".bias"]
                    self.weights[prefix + term] = torch.linear(distances, weight, bias).mul_(scale)
                if not shared and name + ".weight" in self.weights:
                    self.weights.pop(name + ".weight")
                    self.weights.pop(name + ".bias")

    def encode(self, ids: Tensor, runs: List[Tuple[int, int, int]]) -> Tensor:
        heads, size = int(self.numbers["heads"]), int(self.numbers["head_size"])
        activation = self.choices["activation"]
        scale = 1.0 / torch.sqrt(self.numbers["head_size"] * self.numbers["score_terms"])
        buckets = self.buckets(self.longest(runs))
        hidden = self.embed(ids, runs)  # [tokens, hidden]
        for i in range(int(self.numbers["layers"])):
            before = hidden
            layer = "encoder.layer.{}.".format(i)
            qkv = self.linear(hidden, layer + "attention.self.qkv").view(-1, 3, heads, size)
            query, key, value = qkv.unbind(1)  # [tokens, heads, size]
            context = self.disentangled_attention(query, key, value, runs, scale, buckets, layer + "attention.self.")
            attended = self.linear_add(context, layer + "attention.output.dense", hidden)
            attended = self.layer_norm(attended, layer + "attention.output.LayerNorm")
            inner = self.linear_activate(attended, layer + "intermediate.dense", activation)
            hidden = self.linear_add(inner, layer + "output.dense", attended)
            hidden = self.layer_norm(hidden, layer + "output.LayerNorm")
            if i == 0 and "encoder.conv.conv.weight" in self.weights:
                seen = self.linear_activate(
                    self.neighbours(before, runs), "encoder.conv.conv", self.choices["conv_activation"]
                )
                hidden = self.layer_norm(seen.add_(hidden), "encoder.conv.LayerNorm")
        return hidden

    def embed(self, ids: Tensor, runs: List[Tuple[int, int, int]]) -> Tensor:
        embedded = torch.embedding(self.weights["embeddings.word_embeddings.weight"], ids)
        if "embeddings.position_embeddings.weight" in self.weights:
            table = self.weights["embeddings.position_embeddings.weight"]
            for start, length, count in runs:
                embedded[start:start + length * count].view(count, length, -1).add_(table[:length])
        if "embed_proj.weight" in self.weights:
            embedded = self.linear(embedded, "embed_proj")
        return self.layer_norm(embedded, "embeddings.LayerNorm")

    def neighbours(self, x: Tensor, runs: List[Tuple[int, int, int]]) -> Tensor:
        # The states of the tokens around each token of its text, and zeros beyond, [tokens, kernel * hidden].
        kernel = int(self.numbers["conv_kernel"])
        seen = torch.zeros([x.size(0), kernel * x.size(1)], dtype=x.dtype, device=x.device)
        for start, length, count in runs:
            end = start + length * count
            padded = torch.constant_pad_nd(x[start:end].view(count, length, -1), [0, 0, kernel // 2, kernel // 2])
            parts = [padded[:, i:i + length] for i in range(kernel)]
            seen[start:end].view(count, length, -1).copy_(torch.cat(parts, 2))
        return seen

    def buckets(self, longest: int) -> Tensor:
        # The row for each distance from key to query, from -(longest - 1) to longest - 1 (make_log_bucket_position).
        # Near distances have a row each; the rows of others widen up to max_distance.
        distance = torch.arange(1 - longest, longest)
        span = int(self.numbers["distance_span"])
        if self.numbers["distance_buckets"] > 0:
            middle = int(self.numbers["distance_buckets"]) // 2
            far = torch.where(distance.abs() < middle, torch.full_like(distance, middle - 1), distance.abs())
            widest = torch.full([1], (self.numbers["max_distance"] - 1.0) / middle).float()
            octaves = torch.log(far / middle) / torch.log(widest)
            bucket = torch.ceil(octaves * (middle - 1)) + middle
            distance = torch.where(far <= middle, distance.float(), bucket * torch.sign(distance)).long()
        return (distance + span).clamp_(0, 2 * span - 1).to(self.device)

    def disentangled_attention(
        self,
        query: Tensor,  # [tokens, heads, size]
        key: Tensor,
        value: Tensor,
        runs: List[Tuple[int, int, int]],
        scale: float,
        buckets: Tensor,  # [2 longest - 1]
        name: str,
    ) -> Tensor:  # [tokens, heads * size]
        tokens, heads, size = query.size()
        context = torch.empty([tokens, heads * size], dtype=query.dtype, device=query.device)
        # [heads, 2 longest - 1, size]: keys of the distances from query to key, queries of those from key to query.
        keys = self.by_distance(name + "content_to_position", buckets.flip([0]), heads)
        queries = self.by_distance(name + "position_to_content", buckets, heads)
        end = 0
        for start, length, count in runs:
            end = start + length * count
            # Few texts at a time, whose scores stay in the caches.
            texts = max(1, 512 // length)
            for first in range(0, count, texts):
                some = min(texts, count - first)
                low = start + first * length
                high = low + some * length
                q = self.by_head(query[low:high], some, 1)
                k = self.by_head(key[low:high], some, 1)
                v = self.by_head(value[low:high], some, 1)
                target = context[low:high].view(some, length, heads, size).transpose(1, 2)
                if keys.size(0) + queries.size(0) == 0:
                    self.attend_within(q, k, v, scale, -1, -1, target)
                else:
                    self.attend_disentangled(q.contiguous(), k.contiguous(), v, scale, keys, queries, target)
        context[end:].zero_()
        return context

    def by_distance(self, name: str, buckets: Tensor, heads: int) -> Tensor:
        if name not in self.weights:
            return torch.empty([0, 1, 1])
        table = torch.index_select(self.weights[name], 0, buckets)  # [2 longest - 1, heads * size]
        return table.view(buckets.size(0), heads, -1).transpose(0, 1).contiguous()

    def attend_disentangled(
        self, query: Tensor, key: Tensor, value: Tensor, scale: float, keys: Tensor, queries: Tensor, target: Tensor
    ) -> None:
        # query is [count, heads, length, size]. Scores are computed by distance, block by block, and read with a step
        # that makes a column of each distance.
        count, heads, length, _ = query.size()
        size = 128
        for first in range(0, length, size):
            end = min(first + size, length)
            bias = torch.empty([count, heads, end - first, length], dtype=query.dtype, device=query.device)
            for first_key in range(0, length, size):
                end_key = min(first_key + size, length)
                q, k = query[:, :, first:end], key[:, :, first_key:end_key]
                part = bias[:, :, :, first_key:end_key]
                if keys.size(0) == 0:
                    part.copy_(self.distance_scores(k, queries, first_key - first, end - first).transpose(2, 3))
                else:
                    part.copy_(self.distance_scores(q, keys, first - first_key, end_key - first_key))
                    if queries.size(0) > 0:
                        part.add_(self.distance_scores(k, queries, first_key - first, end - first).transpose(2, 3))
            q, block = query[:, :, first:end], target[:, :, first:end]
            block.copy_(torch.scaled_dot_product_attention(q, key, value, bias, scale=scale))

    def distance_scores(self, x: Tensor, table: Tensor, ahead: int, others: int) -> Tensor:
        # Scores of each token of x, [count, heads, rows, size], with its distances to as many others, the first of
        # which stands ahead tokens before that of x. table has the distances from a token of x to another, in order.
        count, heads, rows, size = x.size()
        width = rows + others - 1
        first = table.size(1) // 2 - ahead - (rows - 1)
        distances = table[:, first:first + width].expand(count, heads, width, size).reshape(-1, width, size)
        scores = torch.bmm(x.reshape(-1, rows, size), distances.transpose(1, 2))  # [count * heads, rows, width]
        # Token i sees the other j at distance j - i.
        steps = [heads * rows * width, rows * width, width - 1, 1]
        return scores.as_strided([count, heads, rows, others], steps, rows - 1)
