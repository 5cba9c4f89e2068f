  def prepare(self: __torch__.Encoder) -> int:
    return 0
  def forward(self: __torch__.Encoder, states: Tensor, runs: List[int], skip: int) -> Tensor:
    # What a program gives, [texts, longest, hidden]: behind the tokens of a text stands what it made of the padding.
    rows = annotate(List[Tensor], [])
    first = 0
    for i in range(torch.floordiv(torch.len(runs), 2)):
      length = runs[torch.mul(2, i)]
      count = runs[torch.add(torch.mul(2, i), 1)]
      x = torch.narrow(torch.narrow(states, 0, first, count), 1, 0, length)
      appended = torch.append(rows, (self).modes(x, skip, ))
      first = torch.add(first, count)
    return torch.cpu((self).finish(torch.cat(rows), ))
