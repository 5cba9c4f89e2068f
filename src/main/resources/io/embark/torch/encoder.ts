class Encoder(Module):
  __parameters__ = []
  __buffers__ = []
  w : Dict[str, Tensor]
  numbers : Dict[str, float]
  choices : Dict[str, str]
  def number(self: __torch__.Encoder, name: str, value: float) -> int:
    self.numbers[name] = value
    return 0
  def choice(self: __torch__.Encoder, name: str, value: str) -> int:
    self.choices[name] = value
    return 0
  def allocate(self: __torch__.Encoder, name: str, shape: List[int]) -> int:
    self.w[name] = torch.zeros(shape, dtype=6)
    return 0
  def fill(self: __torch__.Encoder, name: str, first: int, piece: Tensor) -> int:
    target = torch.narrow(torch.view((self.w)[name], [-1]), 0, first, torch.numel(piece))
    copied = torch.copy_(target, piece)
    return 0
  def transpose(self: __torch__.Encoder, name: str) -> int:
    self.w[name] = torch.contiguous(torch.transpose((self.w)[name], 0, 1))
    return 0
  def place(self: __torch__.Encoder, device: str, dtype: int) -> int:
    names = torch.keys(self.w)
    for i in range(torch.len(names)):
      name = names[i]
      self.w[name] = torch.to((self.w)[name], torch.device(device), dtype)
    return torch.len(names)
  def pack(self: __torch__.Encoder, tokens: int) -> int:
    # oneDNN multiplies by a matrix that lies as its kernels read it. A matrix with a bias beside it is a linear layer's.
    names = torch.keys(self.w)
    for i in range(torch.len(names)):
      if torch.endswith(names[i], ".bias"):
        name = torch.add(torch.slice(names[i], 0, -5, 1), ".weight")
        if torch.eq(torch.dim((self.w)[name]), 2):
          self.w[name] = ops.mkldnn._reorder_linear_weight((self.w)[name], tokens)
    return torch.len(names)
  def linear(self: __torch__.Encoder, x: Tensor, name: str) -> Tensor:
    return ops.mkldnn._linear_pointwise(x, (self.w)[name + ".weight"], (self.w)[name + ".bias"], "none", annotate(List[Optional[number]], []), "")
  def linear_add(self: __torch__.Encoder, x: Tensor, name: str, residual: Tensor) -> Tensor:
    return ops.mkldnn._linear_pointwise(x, residual, (self.w)[name + ".weight"], (self.w)[name + ".bias"], "add")
  def linear_activate(self: __torch__.Encoder, x: Tensor, name: str) -> Tensor:
    kind = (self.choices)["activation"]
    scalars = annotate(List[Optional[number]], [])
    weight = (self.w)[name + ".weight"]
    bias = (self.w)[name + ".bias"]
    if torch.eq(kind, "gelu"):
      y = ops.mkldnn._linear_pointwise(x, weight, bias, "gelu", scalars, "none")
    else:
      if torch.eq(kind, "gelu_tanh"):
        y = ops.mkldnn._linear_pointwise(x, weight, bias, "gelu", scalars, "tanh")
      else:
        if torch.eq(kind, "silu"):
          y = ops.mkldnn._linear_pointwise(x, weight, bias, "swish", scalars, "")
        else:
          y = ops.mkldnn._linear_pointwise(x, weight, bias, "relu", scalars, "")
    return y
  def norm(self: __torch__.Encoder, x: Tensor, name: str) -> Tensor:
    g = (self.w)[name + ".weight"]
    return torch.layer_norm(x, [torch.size(g, 0)], g, (self.w)[name + ".bias"], (self.numbers)["layer_norm_eps"])
  def attention(self: __torch__.Encoder, qkv: Tensor, runs: List[int], heads: int) -> Tensor:
    hidden = torch.floordiv(torch.size(qkv, 1), 3)
    size = torch.floordiv(hidden, heads)
    out = torch.empty_like(torch.narrow(qkv, 1, 0, hidden), memory_format=0)
    start = 0
    for i in range(torch.floordiv(torch.len(runs), 2)):
      length = runs[torch.mul(2, i)]
      count = runs[torch.add(torch.mul(2, i), 1)]
      tokens = torch.mul(length, count)
      parts = torch.permute(torch.view(torch.narrow(qkv, 0, start, tokens), [count, length, 3, heads, size]), [2, 0, 3, 1, 4])
      mixed = torch.scaled_dot_product_attention(torch.select(parts, 0, 0), torch.select(parts, 0, 1), torch.select(parts, 0, 2))
      target = torch.view(torch.narrow(out, 0, start, tokens), [count, length, heads, size])
      copied = torch.copy_(target, torch.transpose(mixed, 1, 2))
      start = torch.add(start, tokens)
    spare = torch.zero_(torch.narrow(out, 0, start, torch.sub(torch.size(out, 0), start)))
    return out
  def pool(self: __torch__.Encoder, mode: str, x: Tensor) -> Tensor:
    length = torch.size(x, 1)
    if torch.eq(mode, "cls"):
      y = torch.select(x, 1, 0)
    else:
      if torch.eq(mode, "last_token"):
        y = torch.select(x, 1, -1)
      else:
        if torch.eq(mode, "max"):
          y = torch.amax(x, [1])
        else:
          if torch.eq(mode, "mean"):
            y = torch.mean(x, [1])
          else:
            if torch.eq(mode, "mean_sqrt_len"):
              y = torch.div(torch.sum(x, [1]), torch.sqrt(float(length)))
            else:
              weights = torch.arange(1, torch.add(length, 1), dtype=6, device=torch.device("cpu"))
              shares = torch.to(torch.div(weights, torch.sum(weights)), ops.prim.device(x), 6)
              y = torch.sum(torch.mul(x, torch.view(shares, [1, -1, 1])), [1])
    return y
  def forward(self: __torch__.Encoder, ids: Tensor, runs: List[int]) -> Tensor:
    # oneDNN compiles its kernels for one number of tokens: at most 15 spare ones keep these few.
    spare = torch.remainder(torch.neg(torch.size(ids, 0)), 16)
    hidden = (self).encode(torch.constant_pad_nd(ids, [0, spare], 0), runs, )
    modes = torch.split((self.choices)["pooling"], ",", -1)
    rows = annotate(List[Tensor], [])
    start = 0
    for i in range(torch.floordiv(torch.len(runs), 2)):
      length = runs[torch.mul(2, i)]
      count = runs[torch.add(torch.mul(2, i), 1)]
      tokens = torch.mul(length, count)
      x = torch.to(torch.view(torch.narrow(hidden, 0, start, tokens), [count, length, -1]), 6)
      pooled = annotate(List[Tensor], [])
      for j in range(torch.len(modes)):
        added = torch.append(pooled, (self).pool(modes[j], x, ))
      appended = torch.append(rows, torch.cat(pooled, 1))
      start = torch.add(start, tokens)
    return torch.cpu(torch.cat(rows))
