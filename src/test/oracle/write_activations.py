# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Writes what each activation function of transformers and of torch.nn makes of some numbers, for ActivationTest.

Run by regenerate, with the versions that requirements.txt pins. Functions that have weights, and classes of torch.nn that
need arguments or give something of another shape, are listed as others.
"""

import json
import warnings
from pathlib import Path

import torch
from torch.nn.modules import activation
from transformers.activations import ACT2FN

OUT = Path(__file__).parents[1] / "resources/io/embark/torch/activations.json"

# Both sides of each bend, and far out.
NUMBERS = [-21, -12, -9.9, -6.3, -3.1, -2.9, -1.7, -1.1, -0.9, -0.6, -0.4, -0.01, 0]
NUMBERS += [-x for x in reversed(NUMBERS[:-1])]


def values(make):
    """What the function gives, or None."""
    try:
        function = make()
        if list(function.parameters()):
            return None
        result = function.eval()(torch.tensor([NUMBERS], dtype=torch.float64))
    except (TypeError, ValueError, RuntimeError):
        return None
    return [float(f"{x:.9g}") for x in result[0].tolist()] if result.shape[1] == len(NUMBERS) else None


def main():
    warnings.simplefilter("ignore")
    found = {
        "hidden_act": {name: values(lambda name=name: ACT2FN[name]) for name in ACT2FN},
        "activation_function": {name: values(getattr(activation, name)) for name in activation.__all__}
        | {"Identity": values(torch.nn.Identity)},
    }
    content = {"numbers": NUMBERS}
    content |= {key: {name: each for name, each in group.items() if each} for key, group in found.items()}
    content["others"] = {key: [name for name, each in group.items() if not each] for key, group in found.items()}
    lines = ["{"]
    for key, group in content.items():
        end = "," if key != "others" else ""
        if isinstance(group, dict):
            inner = [f"    {json.dumps(name)}: {json.dumps(each)}" for name, each in group.items()]
            lines.append(f"  {json.dumps(key)}: {{\n" + ",\n".join(inner) + f"\n  }}{end}")
        else:
            lines.append(f"  {json.dumps(key)}: {json.dumps(group)}{end}")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text("\n".join([*lines, "}"]) + "\n")


if __name__ == "__main__":
    main()
