# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
# A table with a row for each token, whose mean is the text's vector (sentence_transformers/models/StaticEmbedding.py
# and Model2Vec).
from typing import List

import torch
from pooling import Pooling
from torch import Tensor


class Static(Pooling):
    def prepare(self) -> None:
        table = self.weights.pop("embeddings.table")
        if "embeddings.rows" in self.weights:
            table = table.index_select(0, self.weights.pop("embeddings.rows").long())
        if "embeddings.factors" in self.weights:
            table.mul_(self.weights.pop("embeddings.factors").unsqueeze(1))
        self.weights["exact.table"] = table

    def forward(self, ids: Tensor, lengths: List[int], skip: int) -> Tensor:
        # ids are [tokens], int32, on the CPU; lengths is as in encoder.py; a table skips no prompt.
        starts: List[int] = []
        start = 0
        for i in range(len(lengths) // 2):
            for _ in range(lengths[2 * i + 1]):
                starts.append(start)
                start += lengths[2 * i]
        offsets = torch.tensor(starts, dtype=ids.dtype).to(self.device)
        # The rows of a text are added up as they are read, and no copy of them is made. A text without tokens gets
        # zeros.
        mode = 1  # the mean
        table = self.weights["exact.table"]
        means, _, _, _ = torch.embedding_bag(table, ids.to(self.device), offsets, False, mode)
        return self.finish(means).cpu()
