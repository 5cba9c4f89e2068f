  def forward(self: __torch__.Encoder, ids: Tensor, runs: List[int], skip: int) -> Tensor:
    # oneDNN compiles its kernels for one number of tokens: at most 15 spare ones keep these few.
    spare = torch.remainder(torch.neg(torch.size(ids, 0)), 16)
    hidden = (self).encode(torch.to(torch.constant_pad_nd(ids, [0, spare], 0), (self).device(), 3), runs, )
    rows = annotate(List[Tensor], [])
    start = 0
    for i in range(torch.floordiv(torch.len(runs), 2)):
      length = runs[torch.mul(2, i)]
      count = runs[torch.add(torch.mul(2, i), 1)]
      tokens = torch.mul(length, count)
      x = torch.view(torch.narrow(hidden, 0, start, tokens), [count, length, -1])
      appended = torch.append(rows, (self).modes(x, skip, ))
      start = torch.add(start, tokens)
    return torch.cpu((self).finish(torch.cat(rows), ))
