  def modes(self: __torch__.Encoder, states: Tensor, skip: int) -> Tensor:
    # states are those of equally long texts, [texts, length, hidden].
    x = torch.to(states, 6)
    modes = torch.split((self.choices)["pooling"], ",", -1)
    pooled = annotate(List[Tensor], [])
    for i in range(torch.len(modes)):
      added = torch.append(pooled, (self).pool(modes[i], x, skip, ))
    return torch.cat(pooled, 1)
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
