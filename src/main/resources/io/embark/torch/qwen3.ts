  def prepare(self: __torch__.Encoder) -> int:
    self.w["exact.frequencies"] = (self).frequencies(int((self.numbers)["head_size"]), (self.numbers)["rotary_base"], )
    joined = (self).join("layers.{}.self_attn.", ["q_proj", "k_proj", "v_proj"], "qkv", )
    return 0
  def encode(self: __torch__.Encoder, ids: Tensor, runs: List[int]) -> Tensor:
    layers = int((self.numbers)["layers"])
    activation = (self.choices)["activation"]
    types = torch.split((self.choices)["layer_types"], ",", -1)
    scale = torch.div(1., torch.sqrt((self.numbers)["head_size"]))
    angles = (self).angles((self).positions(torch.size(ids, 0), runs, ), (self.w)["exact.frequencies"], )
    h = torch.embedding((self.w)["embeddings.word_embeddings.weight"], ids)
    for i in range(layers):
      p = torch.format("layers.{}.", i)
      if torch.eq(types[i], "sliding"):
        left = torch.sub(int((self.numbers)["window"]), 1)
      else:
        left = -1
      x = (self).rms_norm(h, p + "input_layernorm", )
      a = (self).grouped(x, p + "self_attn.", angles, runs, scale, left, 0, )
      h1 = (self).linear_add(a, p + "self_attn.o_proj", h, )
      x1 = (self).rms_norm(h1, p + "post_attention_layernorm", )
      g = (self).linear_activate(x1, p + "mlp.gate_proj", activation, )
      h = (self).linear_add((self).linear_mul(x1, p + "mlp.up_proj", g, ), p + "mlp.down_proj", h1, )
    return (self).rms_norm(h, "norm", )
