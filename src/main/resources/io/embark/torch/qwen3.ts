  def prepare(self: __torch__.Encoder) -> int:
    layers = int((self.numbers)["layers"])
    self.w["embeddings.frequencies"] = (self).frequencies(int((self.numbers)["head_size"]), (self.numbers)["rotary_base"], )
    for i in range(layers):
      p = torch.format("layers.{}.", i)
      a = torch.add(p, "self_attn.")
      joined = (self).join([torch.add(a, "q_proj"), torch.add(a, "k_proj"), torch.add(a, "v_proj")], torch.add(a, "qkv"), )
    return 0
  def encode(self: __torch__.Encoder, ids: Tensor, runs: List[int]) -> Tensor:
    layers = int((self.numbers)["layers"])
    heads = int((self.numbers)["heads"])
    shared = int((self.numbers)["shared_heads"])
    size = int((self.numbers)["head_size"])
    activation = (self.choices)["activation"]
    types = torch.split((self.choices)["layer_types"], ",", -1)
    scale = torch.div(1., torch.sqrt((self.numbers)["head_size"]))
    angles = (self).angles((self).positions(torch.size(ids, 0), runs, ), (self.w)["embeddings.frequencies"], )
    h = torch.embedding((self.w)["embeddings.word_embeddings.weight"], ids)
    for i in range(layers):
      p = torch.format("layers.{}.", i)
      if torch.eq(types[i], "sliding"):
        left = torch.sub(int((self.numbers)["window"]), 1)
      else:
        left = -1
      x = (self).rms_norm(h, p + "input_layernorm", )
      qkv = torch.view((self).linear(x, p + "self_attn.qkv", ), [-1, torch.add(heads, torch.mul(2, shared)), size])
      q = (self).rotate((self).rms_norm(torch.narrow(qkv, 1, 0, heads), p + "self_attn.q_norm", ), angles, )
      k = (self).rotate((self).rms_norm(torch.narrow(qkv, 1, heads, shared), p + "self_attn.k_norm", ), angles, )
      v = torch.narrow(qkv, 1, torch.add(heads, shared), shared)
      a = (self).attention(q, k, v, runs, scale, left, 0, None, )
      h1 = (self).linear_add(a, p + "self_attn.o_proj", h, )
      x1 = (self).rms_norm(h1, p + "post_attention_layernorm", )
      g = (self).linear_activate(x1, p + "mlp.gate_proj", activation, )
      h = (self).linear_add((self).linear_mul(x1, p + "mlp.up_proj", g, ), p + "mlp.down_proj", h1, )
    return (self).rms_norm(h, "norm", )
