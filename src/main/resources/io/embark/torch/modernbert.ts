  def prepare(self: __torch__.Encoder) -> int:
    size = int((self.numbers)["head_size"])
    self.w["exact.frequencies.global"] = (self).frequencies(size, (self.numbers)["rotary_base_global"], )
    self.w["exact.frequencies.local"] = (self).frequencies(size, (self.numbers)["rotary_base_local"], )
    halved = (self).halve("layers.{}.mlp.", "Wi", ["gate", "up"], )
    return 0
  def encode(self: __torch__.Encoder, ids: Tensor, runs: List[int]) -> Tensor:
    layers = int((self.numbers)["layers"])
    heads = int((self.numbers)["heads"])
    size = int((self.numbers)["head_size"])
    activation = (self.choices)["activation"]
    types = torch.split((self.choices)["layer_types"], ",", -1)
    scale = torch.div(1., torch.sqrt((self.numbers)["head_size"]))
    places = (self).positions(torch.size(ids, 0), runs, )
    everywhere = (self).angles(places, (self.w)["exact.frequencies.global"], )
    nearby = (self).angles(places, (self.w)["exact.frequencies.local"], )
    h = (self).norm(torch.embedding((self.w)["embeddings.word_embeddings.weight"], ids), "embeddings.norm", )
    for i in range(layers):
      p = torch.format("layers.{}.", i)
      if torch.eq(types[i], "local"):
        window = int((self.numbers)["window"])
        angles = nearby
      else:
        window = -1
        angles = everywhere
      if torch.eq(i, 0):
        x = h
      else:
        x = (self).norm(h, p + "attn_norm", )
      qkv = torch.view((self).linear(x, p + "attn.Wqkv", ), [-1, torch.mul(3, heads), size])
      qk = (self).rotate(torch.narrow(qkv, 1, 0, torch.mul(2, heads)), angles, )
      q = torch.narrow(qk, 1, 0, heads)
      k = torch.narrow(qk, 1, heads, heads)
      v = torch.narrow(qkv, 1, torch.mul(2, heads), heads)
      a = (self).attention(q, k, v, runs, scale, window, window, None, )
      h1 = (self).linear_add(a, p + "attn.Wo", h, )
      x1 = (self).norm(h1, p + "mlp_norm", )
      g = (self).linear_activate(x1, p + "mlp.gate", activation, )
      h = (self).linear_add((self).linear_mul(x1, p + "mlp.up", g, ), p + "mlp.Wo", h1, )
    return (self).norm(h, "final_norm", )
