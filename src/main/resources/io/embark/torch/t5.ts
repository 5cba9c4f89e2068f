  def prepare(self: __torch__.Encoder) -> int:
    joined = (self).join("encoder.block.{}.layer.0.SelfAttention.", ["q", "k", "v"], "qkv", )
    return 0
  def encode(self: __torch__.Encoder, ids: Tensor, runs: List[int]) -> Tensor:
    layers = int((self.numbers)["layers"])
    heads = int((self.numbers)["heads"])
    size = int((self.numbers)["head_size"])
    activation = (self.choices)["activation"]
    gated = torch.eq((self.choices)["feed_forward"], "gated")
    h = torch.embedding((self.w)["embeddings.word_embeddings.weight"], ids)
    distances : Optional[Tensor] = None
    for i in range(layers):
      table = torch.format("embeddings.relative_attention_bias.{}", i)
      # A layer without a table of its own uses that of the layer before.
      if torch.__contains__(self.w, table + ".weight"):
        distances = (self).by_bucket(table, runs, )
      a = torch.format("encoder.block.{}.layer.0.", i)
      f = torch.format("encoder.block.{}.layer.1.", i)
      qkv = torch.view((self).linear((self).rms_norm(h, a + "layer_norm", ), a + "SelfAttention.qkv", ), [-1, 3, heads, size])
      q = torch.select(qkv, 1, 0)
      mixed = (self).attention(q, torch.select(qkv, 1, 1), torch.select(qkv, 1, 2), runs, 1., -1, -1, distances, )
      h1 = (self).linear_add(mixed, a + "SelfAttention.o", h, )
      n = (self).rms_norm(h1, f + "layer_norm", )
      if gated:
        g = (self).linear_activate(n, f + "DenseReluDense.wi_0", activation, )
        y = (self).linear_mul(n, f + "DenseReluDense.wi_1", g, )
      else:
        y = (self).linear_activate(n, f + "DenseReluDense.wi", activation, )
      h = (self).linear_add(y, f + "DenseReluDense.wo", h1, )
    return (self).rms_norm(h, "encoder.final_layer_norm", )
