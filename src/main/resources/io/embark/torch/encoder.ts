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
    # What is called exact is not of the model but computed from its numbers, and the modules see float32, whatever the network
    # computes in.
    self.choices["device"] = device
    names = torch.keys(self.w)
    for i in range(torch.len(names)):
      name = names[i]
      if torch.__or__(torch.startswith(name, "exact."), torch.startswith(name, "modules.")):
        kept = 6
      else:
        kept = dtype
      self.w[name] = torch.to((self.w)[name], torch.device(device), kept)
    return torch.len(names)
  def device(self: __torch__.Encoder) -> Device:
    return torch.device((self.choices)["device"])
  def pack(self: __torch__.Encoder, tokens: int) -> int:
    # oneDNN multiplies by a matrix that lies as its kernels read it. Tables are looked up, and the modules behind pooling see
    # another number of rows each time, for which oneDNN would compile a kernel each.
    names = torch.keys(self.w)
    for i in range(torch.len(names)):
      name = names[i]
      linear = torch.__and__(torch.endswith(name, ".weight"), torch.eq(torch.dim((self.w)[name]), 2))
      apart = torch.__or__(torch.startswith(name, "embeddings."), torch.startswith(name, "modules."))
      if torch.__and__(linear, torch.__not__(apart)):
        self.w[name] = ops.mkldnn._reorder_linear_weight((self.w)[name], tokens)
    return torch.len(names)
  def join(self: __torch__.Encoder, layer: str, parts: List[str], name: str) -> int:
    # One multiplication by several matrices that see the same tokens is faster than one by each. In layer stands {} for the
    # layer's number.
    kinds = [".weight", ".bias"]
    for i in range(int((self.numbers)["layers"])):
      p = torch.format(layer, i)
      for k in range(2):
        kind = kinds[k]
        joined = annotate(List[Tensor], [])
        for j in range(torch.len(parts)):
          part = torch.add(torch.add(p, parts[j]), kind)
          if torch.__contains__(self.w, part):
            added = torch.append(joined, torch.pop(self.w, part))
        if torch.gt(torch.len(joined), 0):
          self.w[torch.add(torch.add(p, name), kind)] = torch.cat(joined)
    return 0
  def halve(self: __torch__.Encoder, layer: str, name: str, halves: List[str]) -> int:
    # A product by one matrix can take in what comes behind it, by halves of one it cannot.
    kinds = [".weight", ".bias"]
    for i in range(int((self.numbers)["layers"])):
      p = torch.format(layer, i)
      for k in range(2):
        kind = kinds[k]
        stored = torch.add(torch.add(p, name), kind)
        if torch.__contains__(self.w, stored):
          whole = torch.pop(self.w, stored)
          half = torch.floordiv(torch.size(whole, 0), 2)
          for j in range(2):
            part = torch.narrow(whole, 0, torch.mul(half, j), half)
            self.w[torch.add(torch.add(p, halves[j]), kind)] = torch.clone(part, memory_format=0)
    return 0
  def optional(self: __torch__.Encoder, name: str) -> Optional[Tensor]:
    if torch.__contains__(self.w, name):
      y : Optional[Tensor] = (self.w)[name]
    else:
      y = None
    return y
  def linear(self: __torch__.Encoder, x: Tensor, name: str) -> Tensor:
    weight = (self.w)[name + ".weight"]
    bias = (self).optional(name + ".bias", )
    if ops.prim.is_mkldnn(weight):
      y = ops.mkldnn._linear_pointwise(x, weight, bias, "none", annotate(List[Optional[number]], []), "")
    else:
      y = torch.linear(x, weight, bias)
    return y
  def linear_add(self: __torch__.Encoder, x: Tensor, name: str, residual: Tensor) -> Tensor:
    weight = (self.w)[name + ".weight"]
    if ops.prim.is_mkldnn(weight):
      y = ops.mkldnn._linear_pointwise(x, residual, weight, (self).optional(name + ".bias", ), "add")
    else:
      y = torch.add_((self).linear(x, name, ), residual)
    return y
  def linear_mul(self: __torch__.Encoder, x: Tensor, name: str, factor: Tensor) -> Tensor:
    weight = (self.w)[name + ".weight"]
    if ops.prim.is_mkldnn(weight):
      y = ops.mkldnn._linear_pointwise(x, factor, weight, (self).optional(name + ".bias", ), "mul")
    else:
      y = torch.mul_((self).linear(x, name, ), factor)
    return y
  def linear_activate(self: __torch__.Encoder, x: Tensor, name: str, kind: str) -> Tensor:
    weight = (self.w)[name + ".weight"]
    if ops.prim.is_mkldnn(weight):
      y = (self).fused(x, weight, (self).optional(name + ".bias", ), kind, )
    else:
      y = (self).activate((self).linear(x, name, ), kind, )
    return y
  def fused(self: __torch__.Encoder, x: Tensor, weight: Tensor, bias: Optional[Tensor], kind: str) -> Tensor:
    scalars = annotate(List[Optional[number]], [])
    if torch.eq(kind, "gelu"):
      y = ops.mkldnn._linear_pointwise(x, weight, bias, "gelu", scalars, "none")
    else:
      if torch.eq(kind, "gelu_tanh"):
        y = ops.mkldnn._linear_pointwise(x, weight, bias, "gelu", scalars, "tanh")
      else:
        if torch.eq(kind, "silu"):
          y = ops.mkldnn._linear_pointwise(x, weight, bias, "swish", scalars, "")
        else:
          y = ops.mkldnn._linear_pointwise(x, weight, bias, kind, scalars, "")
    return y
  def activate(self: __torch__.Encoder, x: Tensor, kind: str) -> Tensor:
    if torch.eq(kind, "gelu"):
      y = torch.gelu(x, approximate="none")
    else:
      if torch.eq(kind, "gelu_tanh"):
        y = torch.gelu(x, approximate="tanh")
      else:
        if torch.eq(kind, "silu"):
          y = torch.silu(x)
        else:
          if torch.eq(kind, "relu"):
            y = torch.relu(x)
          else:
            if torch.eq(kind, "sigmoid"):
              y = torch.sigmoid(x)
            else:
              if torch.eq(kind, "tanh"):
                y = torch.tanh(x)
              else:
                y = x
    return y
  def norm(self: __torch__.Encoder, x: Tensor, name: str) -> Tensor:
    g = (self.w)[name + ".weight"]
    return torch.layer_norm(x, [torch.size(g, 0)], g, (self).optional(name + ".bias", ), (self.numbers)["norm_epsilon"])
  def rms_norm(self: __torch__.Encoder, x: Tensor, name: str) -> Tensor:
    g = (self.w)[name + ".weight"]
    return torch.rms_norm(x, [torch.size(g, 0)], g, (self.numbers)["norm_epsilon"])
  def positions(self: __torch__.Encoder, tokens: int, runs: List[int]) -> Tensor:
    # The place of each token in its text; spare tokens stand at the first.
    places = torch.zeros([tokens], dtype=4)
    start = 0
    for i in range(torch.floordiv(torch.len(runs), 2)):
      length = runs[torch.mul(2, i)]
      count = runs[torch.add(torch.mul(2, i), 1)]
      target = torch.view(torch.narrow(places, 0, start, torch.mul(length, count)), [count, length])
      copied = torch.copy_(target, torch.arange(length, dtype=4))
      start = torch.add(start, torch.mul(length, count))
    return torch.to(places, (self).device(), 4)
  def angles(self: __torch__.Encoder, places: Tensor, frequencies: Tensor) -> Tuple[Tensor, Tensor]:
    # Cosine and sine of the rotary embedding, [tokens, 1, size / 2].
    turns = torch.unsqueeze(torch.mul(torch.unsqueeze(torch.to(places, 6), 1), frequencies), 1)
    return (torch.cos(turns), torch.sin(turns))
  def frequencies(self: __torch__.Encoder, size: int, theta: float) -> Tensor:
    return torch.reciprocal(torch.pow(theta, torch.div(torch.arange(0, size, 2, dtype=6), size)))
  def rotate(self: __torch__.Encoder, x: Tensor, angles: Tuple[Tensor, Tensor]) -> Tensor:
    # x is [tokens, heads, size]; its halves are the two coordinates that are turned, in float32.
    cosine, sine, = angles
    exact = torch.to(x, 6)
    half = torch.floordiv(torch.size(x, 2), 2)
    a = torch.narrow(exact, 2, 0, half)
    b = torch.narrow(exact, 2, half, half)
    turned = torch.empty_like(exact, memory_format=0)
    left = torch.addcmul_(torch.mul_(torch.copy_(torch.narrow(turned, 2, 0, half), a), cosine), b, sine, value=-1)
    right = torch.addcmul_(torch.mul_(torch.copy_(torch.narrow(turned, 2, half, half), b), cosine), a, sine)
    return torch.to(turned, ops.prim.dtype(x))
  def attention(self: __torch__.Encoder, q: Tensor, k: Tensor, v: Tensor, runs: List[int], scale: float, left: int, right: int, distances: Optional[Tensor]) -> Tensor:
    # q, k and v are [tokens, heads, size], of k and v fewer heads where several heads of q share one. A token looks at so many
    # tokens to its left and right, at all where the number is negative. distances is added to the scores by head and by how
    # far the key stands behind the query, [heads, 2 n - 1] for distances from -(n - 1) to n - 1.
    heads = torch.size(q, 1)
    size = torch.size(q, 2)
    shared = torch.floordiv(heads, torch.size(k, 1))
    out = torch.empty([torch.size(q, 0), torch.mul(heads, size)], dtype=ops.prim.dtype(q), device=ops.prim.device(q))
    start = 0
    for i in range(torch.floordiv(torch.len(runs), 2)):
      length = runs[torch.mul(2, i)]
      count = runs[torch.add(torch.mul(2, i), 1)]
      tokens = torch.mul(length, count)
      qs = (self).split(torch.narrow(q, 0, start, tokens), count, 1, )
      ks = (self).split(torch.narrow(k, 0, start, tokens), count, shared, )
      vs = (self).split(torch.narrow(v, 0, start, tokens), count, shared, )
      target = torch.transpose(torch.view(torch.narrow(out, 0, start, tokens), [count, length, heads, size]), 1, 2)
      if torch.__is__(distances, None):
        mixed = (self).within(qs, ks, vs, scale, left, right, target, )
      else:
        added = torch.to(unchecked_cast(Tensor, distances), ops.prim.dtype(q))
        mixed = (self).by_distance(qs, ks, vs, scale, added, target, )
      start = torch.add(start, tokens)
    spare = torch.zero_(torch.narrow(out, 0, start, torch.sub(torch.size(out, 0), start)))
    return out
  def split(self: __torch__.Encoder, x: Tensor, count: int, shared: int) -> Tensor:
    # [count * length, heads, size] to [count, heads * shared, length, size].
    heads = torch.size(x, 1)
    size = torch.size(x, 2)
    y = torch.transpose(torch.view(x, [count, -1, heads, size]), 1, 2)
    if torch.gt(shared, 1):
      length = torch.size(y, 2)
      z = torch.reshape(torch.expand(torch.unsqueeze(y, 2), [count, heads, shared, length, size]), [count, torch.mul(heads, shared), length, size])
    else:
      z = y
    return z
  def within(self: __torch__.Encoder, q: Tensor, k: Tensor, v: Tensor, scale: float, left: int, right: int, target: Tensor) -> int:
    length = torch.size(q, 2)
    last = torch.sub(length, 1)
    all_left = torch.__or__(torch.lt(left, 0), torch.ge(left, last))
    all_right = torch.__or__(torch.lt(right, 0), torch.ge(right, last))
    if torch.__and__(all_left, all_right):
      copied = torch.copy_(target, torch.scaled_dot_product_attention(q, k, v, scale=scale))
    else:
      if torch.__and__(all_left, torch.eq(right, 0)):
        copied = torch.copy_(target, torch.scaled_dot_product_attention(q, k, v, is_causal=True, scale=scale))
      else:
        done = (self).blocks(q, k, v, scale, left, right, target, )
    return length
  def blocks(self: __torch__.Encoder, q: Tensor, k: Tensor, v: Tensor, scale: float, left: int, right: int, target: Tensor) -> int:
    # A block of queries sees few keys of a long text. Larger blocks see more that they must not, smaller ones share less.
    length = torch.size(q, 2)
    size = ops.prim.max([torch.floordiv(torch.add(left, right), 2), 64])
    for i in range(torch.floordiv(torch.add(length, torch.sub(size, 1)), size)):
      first = torch.mul(i, size)
      queries = ops.prim.min([size, torch.sub(length, first)])
      from = torch.sub(first, left)
      to = torch.add(torch.add(first, queries), right)
      if torch.__or__(torch.lt(left, 0), torch.lt(from, 0)):
        from = 0
      if torch.__or__(torch.lt(right, 0), torch.gt(to, length)):
        to = length
      keys = torch.sub(to, from)
      rows = torch.arange(first, torch.add(first, queries), device=(self).device())
      columns = torch.arange(from, to, device=(self).device())
      ahead = torch.sub(torch.unsqueeze(columns, 0), torch.unsqueeze(rows, 1))
      seen = torch.ones_like(ahead, dtype=11)
      if torch.ge(left, 0):
        narrowed = torch.logical_and_(seen, torch.ge(ahead, torch.neg(left)))
      if torch.ge(right, 0):
        narrowed = torch.logical_and_(seen, torch.le(ahead, right))
      mixed = torch.scaled_dot_product_attention(torch.narrow(q, 2, first, queries), torch.narrow(k, 2, from, keys), torch.narrow(v, 2, from, keys), seen, scale=scale)
      copied = torch.copy_(torch.narrow(target, 2, first, queries), mixed)
    return length
  def by_distance(self: __torch__.Encoder, q: Tensor, k: Tensor, v: Tensor, scale: float, distances: Tensor, target: Tensor) -> int:
    # With the queries in reverse, the scores to add are the table itself, read with a step of one along both axes: query
    # length - 1 - i and key j are i + j - (length - 1) apart.
    length = torch.size(q, 2)
    middle = torch.floordiv(torch.size(distances, 1), 2)
    part = torch.narrow(distances, 1, torch.sub(middle, torch.sub(length, 1)), torch.sub(torch.mul(2, length), 1))
    added = torch.as_strided(part, [1, torch.size(part, 0), length, length], [0, torch.stride(part, 0), 1, 1], torch.storage_offset(part))
    if torch.ne((self.choices)["device"], "cpu"):
      # A GPU's kernels read rows of scores by several at a time, from where an aligned row begins.
      added = torch.contiguous(added)
    mixed = torch.scaled_dot_product_attention(torch.flip(q, [2]), k, v, added, scale=scale)
    copied = torch.copy_(target, torch.flip(mixed, [2]))
    return length
  def longest(self: __torch__.Encoder, runs: List[int]) -> int:
    longest = 1
    for i in range(torch.floordiv(torch.len(runs), 2)):
      longest = ops.prim.max([longest, runs[torch.mul(2, i)]])
    return longest
  def by_bucket(self: __torch__.Encoder, table: str, runs: List[int]) -> Tensor:
    # Scores to add by distance, from a table with a row for each bucket of distances. Of the buckets half are for keys behind
    # the query, and of these half for one distance each; the others widen up to max_distance (arXiv:1910.10683, section 2.1).
    longest = (self).longest(runs, )
    weight = (self.w)[table + ".weight"]
    one_way = torch.floordiv(int((self.numbers)["buckets"]), 2)
    exact = torch.floordiv(one_way, 2)
    ahead = torch.arange(torch.sub(1, longest), longest, dtype=4, device=ops.prim.device(weight))
    distance = torch.abs(ahead)
    octaves = torch.log(torch.div((self.numbers)["max_distance"], float(exact)))
    share = torch.div(torch.log(torch.div(torch.to(distance, 6), exact)), octaves)
    wide = torch.add(torch.to(torch.mul(share, torch.sub(one_way, exact)), 4), exact)
    bucket = torch.where(torch.lt(distance, exact), distance, torch.clamp_max(wide, torch.sub(one_way, 1)))
    behind = torch.mul(torch.to(torch.gt(ahead, 0), 4), one_way)
    return torch.contiguous(torch.transpose(torch.embedding(weight, torch.add(bucket, behind)), 0, 1))
  def grouped(self: __torch__.Encoder, x: Tensor, p: str, angles: Tuple[Tensor, Tensor], runs: List[int], scale: float, left: int, right: int) -> Tensor:
    # Attention of which several heads share keys and values, with norms on each head of the queries and keys.
    heads = int((self.numbers)["heads"])
    shared = int((self.numbers)["shared_heads"])
    qkv = torch.view((self).linear(x, p + "qkv", ), [-1, torch.add(heads, torch.mul(2, shared)), int((self.numbers)["head_size"])])
    q = (self).rotate((self).rms_norm(torch.narrow(qkv, 1, 0, heads), p + "q_norm", ), angles, )
    k = (self).rotate((self).rms_norm(torch.narrow(qkv, 1, heads, shared), p + "k_norm", ), angles, )
    v = torch.narrow(qkv, 1, torch.add(heads, shared), shared)
    return (self).attention(q, k, v, runs, scale, left, right, None, )
  def finish(self: __torch__.Encoder, vectors: Tensor) -> Tensor:
    # The modules behind pooling: "normalize", "layer_norm", and "dense" with its activation and what it adds.
    y = vectors
    modules = torch.split((self.choices)["modules"], ",", -1)
    for i in range(torch.len(modules)):
      parts = torch.split(modules[i], ":", -1)
      p = torch.format("modules.{}.", i)
      if torch.eq(parts[0], "normalize"):
        y = torch.div(y, torch.clamp_min(torch.linalg_vector_norm(y, 2, [1], True), 9.9999999999999998e-13))
      if torch.eq(parts[0], "layer_norm"):
        y = torch.layer_norm(y, [torch.size(y, 1)], (self.w)[p + "norm.weight"], (self.w)[p + "norm.bias"], 1.0000000000000001e-05)
      if torch.eq(parts[0], "dense"):
        z = (self).activate(torch.linear(y, (self.w)[p + "linear.weight"], (self).optional(p + "linear.bias", )), parts[1], )
        if torch.eq(parts[2], "input"):
          z = torch.add(z, y)
        if torch.eq(parts[2], "projected"):
          z = torch.add(z, torch.linear(y, (self.w)[p + "residual.weight"], None))
        y = z
    return y
