  def prepare(self: __torch__.Encoder) -> int:
    words = (self.w)["embeddings.word_embeddings.weight"]
    types = "embeddings.token_type_embeddings.weight"
    # All tokens are of type 0, so its row is part of every token's.
    if torch.__contains__(self.w, types):
      added = torch.add_(words, torch.select(torch.pop(self.w, types), 0, 0))
    if torch.__contains__(self.numbers, "rotary_base"):
      frequencies = (self).frequencies(int((self.numbers)["head_size"]), (self.numbers)["rotary_base"], )
      self.w["exact.frequencies"] = torch.div(frequencies, (self.numbers)["rotary_stretch"])
    else:
      self.w["exact.slopes"] = (self).slopes(int((self.numbers)["heads"]), int((self.numbers)["slopes"]), )
    joined = (self).join("layers.{}.attention.", ["query", "key", "value"], "qkv", )
    halved = (self).halve("layers.{}.mlp.", "gate_up", ["gate", "up"], )
    halved = (self).halve("layers.{}.mlp.", "up_gate", ["up", "gate"], )
    return 0
  def slopes(self: __torch__.Encoder, heads: int, power: int) -> Tensor:
    # The first heads, as many as the greatest power of two, have 2^(-8 i / power); the others stand between those of twice
    # as many heads (Press and others, "Train Short, Test Long", and their published code).
    first = torch.mul(torch.arange(1, torch.add(power, 1), dtype=7), torch.div(-8., power))
    between = torch.mul(torch.add(torch.mul(torch.arange(torch.sub(heads, power), dtype=7), 2.), 1.), torch.div(-4., power))
    return torch.to(torch.exp2(torch.cat([first, between])), 6)
  def distances(self: __torch__.Encoder, runs: List[int]) -> Optional[Tensor]:
    if torch.__contains__(self.w, "exact.slopes"):
      longest = (self).longest(runs, )
      slopes = (self.w)["exact.slopes"]
      steps = torch.abs(torch.arange(torch.sub(1, longest), longest, dtype=6, device=ops.prim.device(slopes)))
      y : Optional[Tensor] = torch.mul(torch.unsqueeze(torch.neg(slopes), 1), steps)
    else:
      y = None
    return y
  def encode(self: __torch__.Encoder, ids: Tensor, runs: List[int]) -> Tensor:
    layers = int((self.numbers)["layers"])
    heads = int((self.numbers)["heads"])
    size = int((self.numbers)["head_size"])
    activation = (self.choices)["activation"]
    scale = torch.div(1., torch.sqrt((self.numbers)["head_size"]))
    distances = (self).distances(runs, )
    rotary = torch.__contains__(self.w, "exact.frequencies")
    h = (self).norm(torch.embedding((self.w)["embeddings.word_embeddings.weight"], ids), "embeddings.LayerNorm", )
    angles = (h, h)
    if rotary:
      angles = (self).angles((self).positions(torch.size(ids, 0), runs, ), (self.w)["exact.frequencies"], )
    for i in range(layers):
      p = torch.format("layers.{}.", i)
      qkv = torch.view((self).linear(h, p + "attention.qkv", ), [-1, torch.mul(3, heads), size])
      qk = torch.narrow(qkv, 1, 0, torch.mul(2, heads))
      if rotary:
        qk = (self).rotate(qk, angles, )
      q = torch.narrow(qk, 1, 0, heads)
      k = torch.narrow(qk, 1, heads, heads)
      v = torch.narrow(qkv, 1, torch.mul(2, heads), heads)
      a = (self).attention(q, k, v, runs, scale, -1, -1, distances, )
      o = (self).linear_add(a, p + "attention.output", h, )
      h1 = (self).norm(o, p + "attention.norm", )
      if torch.__contains__(self.w, p + "mlp.gate.weight"):
        g = (self).linear_activate(h1, p + "mlp.gate", activation, )
        f = (self).linear_mul(h1, p + "mlp.up", g, )
      else:
        f = (self).linear_activate(h1, p + "mlp.up", activation, )
      o1 = (self).linear_add(f, p + "mlp.down", h1, )
      h = (self).norm(o1, p + "mlp.norm", )
    return h
