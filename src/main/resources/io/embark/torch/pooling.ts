  def forward(self: __torch__.Encoder, ids: Tensor, runs: List[int], skip: int) -> Tensor:
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
        added = torch.append(pooled, (self).pool(modes[j], x, skip, ))
      appended = torch.append(rows, torch.cat(pooled, 1))
      start = torch.add(start, tokens)
    return torch.cpu((self).finish(torch.cat(rows), ))
  def pool(self: __torch__.Encoder, mode: str, x: Tensor, skip: int) -> Tensor:
    # Tokens of a prompt that is left out: where nothing is left of a text, the sums are zero.
    length = torch.size(x, 1)
    left_out = ops.prim.min([skip, length])
    count = torch.sub(length, left_out)
    kept = torch.narrow(x, 1, left_out, count)
    if torch.eq(mode, "cls"):
      if torch.gt(count, 0):
        y = torch.select(kept, 1, 0)
      else:
        y = torch.select(x, 1, 0)
    else:
      if torch.eq(count, 0):
        y = torch.zeros_like(torch.select(x, 1, 0))
      else:
        if torch.eq(mode, "last_token"):
          y = torch.select(kept, 1, -1)
        else:
          if torch.eq(mode, "max"):
            y = torch.amax(kept, [1])
          else:
            if torch.eq(mode, "mean"):
              y = torch.mean(kept, [1])
            else:
              if torch.eq(mode, "mean_sqrt_len"):
                y = torch.div(torch.sum(kept, [1]), torch.sqrt(float(count)))
              else:
                weights = torch.arange(torch.add(left_out, 1), torch.add(length, 1), dtype=6, device=torch.device("cpu"))
                shares = torch.to(torch.div(weights, torch.sum(weights)), ops.prim.device(x), 6)
                y = torch.sum(torch.mul(kept, torch.view(shares, [1, -1, 1])), [1])
    return y
