  def prepare(self: __torch__.Encoder) -> int:
    joined = (self).join("encoder.layer.{}.attention.self.", ["query", "key", "value"], "qkv", )
    table = torch.pop(self.w, "embeddings.position_embeddings.weight")
    if torch.__contains__(self.w, "embeddings.token_type_embeddings.weight"):
      # All tokens are of type 0, so its row is part of every position.
      types = torch.pop(self.w, "embeddings.token_type_embeddings.weight")
      table = torch.add(table, torch.select(types, 0, 0))
    self.w["embeddings.positions"] = table
    return 0
  def embed(self: __torch__.Encoder, ids: Tensor, runs: List[int]) -> Tensor:
    x = torch.embedding((self.w)["embeddings.word_embeddings.weight"], ids)
    start = 0
    for i in range(torch.floordiv(torch.len(runs), 2)):
      length = runs[torch.mul(2, i)]
      count = runs[torch.add(torch.mul(2, i), 1)]
      tokens = torch.mul(length, count)
      part = torch.view(torch.narrow(x, 0, start, tokens), [count, length, -1])
      added = torch.add_(part, (self).places(torch.view(torch.narrow(ids, 0, start, tokens), [count, length]), ))
      start = torch.add(start, tokens)
    return (self).norm(x, "embeddings.LayerNorm", )
  def places(self: __torch__.Encoder, ids: Tensor) -> Tensor:
    # What the positions add to texts of one length, [count, length].
    table = (self.w)["embeddings.positions"]
    if torch.__contains__(self.numbers, "padding_id"):
      padding = int((self.numbers)["padding_id"])
      counted = torch.to(torch.ne(ids, padding), 3)
      y = torch.embedding(table, torch.add_(torch.mul_(torch.cumsum(counted, 1, dtype=3), counted), padding))
    else:
      y = torch.narrow(table, 0, 0, torch.size(ids, 1))
    return y
  def encode(self: __torch__.Encoder, ids: Tensor, runs: List[int]) -> Tensor:
    layers = int((self.numbers)["layers"])
    heads = int((self.numbers)["heads"])
    size = int((self.numbers)["head_size"])
    activation = (self.choices)["activation"]
    scale = torch.div(1., torch.sqrt((self.numbers)["head_size"]))
    distances : Optional[Tensor] = None
    if torch.__contains__(self.w, "embeddings.relative_attention_bias.weight"):
      distances = (self).by_bucket("embeddings.relative_attention_bias", runs, )
    h = (self).embed(ids, runs, )
    for i in range(layers):
      p = torch.format("encoder.layer.{}.", i)
      qkv = torch.view((self).linear(h, p + "attention.self.qkv", ), [-1, 3, heads, size])
      q = torch.select(qkv, 1, 0)
      a = (self).attention(q, torch.select(qkv, 1, 1), torch.select(qkv, 1, 2), runs, scale, -1, -1, distances, )
      o = (self).linear_add(a, p + "attention.output.dense", h, )
      h1 = (self).norm(o, p + "attention.output.LayerNorm", )
      f = (self).linear_activate(h1, p + "intermediate.dense", activation, )
      o1 = (self).linear_add(f, p + "output.dense", h1, )
      h = (self).norm(o1, p + "output.LayerNorm", )
    return h
