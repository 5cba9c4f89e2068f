  def prepare(self: __torch__.Encoder) -> int:
    size = int((self.numbers)["head_size"])
    self.w["exact.frequencies.full"] = (self).frequencies(size, (self.numbers)["rotary_base_full"], )
    self.w["exact.frequencies.sliding"] = (self).frequencies(size, (self.numbers)["rotary_base_sliding"], )
    table = torch.mul_((self.w)["embeddings.word_embeddings.weight"], torch.sqrt(torch.size((self.w)["norm.weight"], 0)))
    # The norms multiply by one more than their factors.
    names = torch.keys(self.w)
    for j in range(torch.len(names)):
      if torch.__and__(torch.endswith(names[j], "norm.weight"), torch.__not__(torch.startswith(names[j], "modules."))):
        raised = torch.add_((self.w)[names[j]], 1)
    joined = (self).join("layers.{}.self_attn.", ["q_proj", "k_proj", "v_proj"], "qkv", )
    return 0
  def encode(self: __torch__.Encoder, ids: Tensor, runs: List[int]) -> Tensor:
    layers = int((self.numbers)["layers"])
    activation = (self.choices)["activation"]
    types = torch.split((self.choices)["layer_types"], ",", -1)
    scale = (self.numbers)["query_scale"]
    places = (self).positions(torch.size(ids, 0), runs, )
    full = (self).angles(places, (self.w)["exact.frequencies.full"], )
    sliding = (self).angles(places, (self.w)["exact.frequencies.sliding"], )
    h = torch.embedding((self.w)["embeddings.word_embeddings.weight"], ids)
    for i in range(layers):
      p = torch.format("layers.{}.", i)
      if torch.eq(types[i], "sliding"):
        left = int((self.numbers)["window_left"])
        right = int((self.numbers)["window_right"])
        angles = sliding
      else:
        left = -1
        right = int((self.numbers)["right"])
        angles = full
      x = (self).rms_norm(h, p + "input_layernorm", )
      a = (self).grouped(x, p + "self_attn.", angles, runs, scale, left, right, )
      o = (self).linear(a, p + "self_attn.o_proj", )
      h1 = torch.add((self).rms_norm(o, p + "post_attention_layernorm", ), h)
      x1 = (self).rms_norm(h1, p + "pre_feedforward_layernorm", )
      g = (self).linear_activate(x1, p + "mlp.gate_proj", activation, )
      f = (self).linear((self).linear_mul(x1, p + "mlp.up_proj", g, ), p + "mlp.down_proj", )
      h = torch.add((self).rms_norm(f, p + "post_feedforward_layernorm", ), h1)
    return (self).rms_norm(h, "norm", )
