  def prepare(self: __torch__.Encoder) -> int:
    table = torch.pop(self.w, "embeddings.word_embeddings.weight")
    if torch.__contains__(self.w, "embeddings.rows"):
      table = torch.index_select(table, 0, torch.to(torch.pop(self.w, "embeddings.rows"), 4))
    if torch.__contains__(self.w, "embeddings.factors"):
      table = torch.mul(table, torch.unsqueeze(torch.pop(self.w, "embeddings.factors"), 1))
    self.w["exact.table"] = table
    return 0
  def forward(self: __torch__.Encoder, ids: Tensor, runs: List[int], skip: int) -> Tensor:
    # The rows of a text are added up as they are read, and no copy of them is made. A text without tokens gets zeros.
    starts = annotate(List[int], [])
    start = 0
    for i in range(torch.floordiv(torch.len(runs), 2)):
      length = runs[torch.mul(2, i)]
      for j in range(runs[torch.add(torch.mul(2, i), 1)]):
        added = torch.append(starts, start)
        start = torch.add(start, length)
    offsets = torch.to(torch.tensor(starts, dtype=3), (self).device(), 3)
    means, a, b, c, = torch.embedding_bag((self.w)["exact.table"], torch.to(ids, (self).device(), 3), offsets, False, 1)
    return torch.cpu((self).finish(means, ))
