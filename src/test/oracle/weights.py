# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Random weights that leave nothing without effect."""

import re
import zlib

import torch

# The spread of queries and keys makes attention lean on a few tokens, where small weights would make it a plain mean.
SHARP = 1.6


def seeded(*names):
    """A random generator of its own for each name, so that no fixture depends on another."""
    return torch.Generator().manual_seed(zlib.crc32("/".join(names).encode()))


def fill(module, fixture, spread=(), constant=1.0):
    """Gives every parameter of a module values that matter.

    spread: (pattern, factor) pairs; the first that is found in a parameter's name multiplies its spread.
    constant: what the weights of norms lie around; 0 where the network adds 1 to them.
    """
    # Linear layers and tables are told apart by their modules: a table's rows are not summed over.
    tables = {f"{name}.weight" for name, each in module.named_modules() if isinstance(each, torch.nn.Embedding)}
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            noise = torch.randn(parameter.shape, generator=seeded(fixture, name))
            factor = next((factor for pattern, factor in spread if re.search(pattern, name)), 1.0)
            if name in tables:
                values = noise * factor
            elif parameter.dim() >= 2:
                values = noise * factor / parameter.shape[-1] ** 0.5
            elif name.endswith("bias"):
                values = noise * 0.3 * factor
            else:
                values = constant + noise * 0.25 * factor
            parameter.copy_(values)
    return module.float().eval()
