# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Folders of fixtures with some keys changed, and what Sentence Transformers makes of them. KeyCasesTest does the same."""

import contextlib
import json
import shutil
import tempfile
import warnings
from pathlib import Path

import numpy as np
import texts
import torch
import transformers
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer

RESOURCES = Path(__file__).parent.parent / "resources" / "io" / "embark"
# A plain text, other scripts, special tokens written out, capitals, blanks, and one that is longer than every limit.
CHOSEN = (
    "A river runs through the old town and under three stone bridges.",
    "L'\u00e9l\u00e8ve a oubli\u00e9 son cahier \u00e0 l'\u00e9cole.",
    "two  blanks and   three inside",
    "\u6211\u559c\u6b22\u5b66\u4e60\u4e2d\u6587\uff0c\u4f60\u5462\uff1f",
    "The train to the north leaves from platform seven.",
)
LONG = max(texts.ALL, key=len)
INPUTS = [*CHOSEN, LONG[:400], "the [MASK] of <mask> and </s> query: PASSAGE"]

# What may be left of a move by rounding.
STILL = 2e-6

transformers.utils.logging.disable_progress_bar()
warnings.filterwarnings("ignore")
torch.set_num_threads(1)


def put(content, path, value):
    """Sets a key that dots lead to; objects on the way are made. None takes it away."""
    *outer, last = path
    for key in outer:
        inner = content.get(key)
        content[key] = inner = inner if isinstance(inner, dict) else {}
        content = inner
    content[last] = value


@contextlib.contextmanager
def changed(base, file, changes):
    """A copy of a fixture's folder in which some keys of a file have other values."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / base
        shutil.copytree(RESOURCES / "families" / base, folder, ignore=shutil.ignore_patterns("golden.*"))
        target = folder / file
        content = json.loads(target.read_text()) if target.exists() else {}
        for key, value in changes.items():
            put(content, key.split("/"), value)
        target.parent.mkdir(exist_ok=True)
        target.write_text(json.dumps(content, indent=1) + "\n")
        yield folder


def vectors(folder):
    """float32 [texts, dimension], or what the oracle says when it fails."""
    try:
        model = SentenceTransformer(
            str(folder), device="cpu", model_kwargs={"dtype": torch.float32}, local_files_only=True
        ).float()
        encoded = model.encode(INPUTS, batch_size=1, show_progress_bar=False).astype(np.float32)
    except (Exception, SystemExit) as thrown:
        return f"{type(thrown).__name__}: {str(thrown).strip()[:200]}"
    return encoded if np.isfinite(encoded).all() else "not finite"


def run(cases, report=lambda done: None):
    """The cases with what the oracle says of each, and the tensors of those that have vectors."""
    results, tensors = [], {}
    for place, case in enumerate(cases):
        with changed(case["base"], case["file"], case["set"]) as folder:
            made = vectors(folder)
        if isinstance(made, str):
            results.append(case | {"oracle": made})
        else:
            tensors[str(place)] = torch.from_numpy(made)
            results.append(case | {"tensor": str(place)})
        report(place + 1)
    return results, tensors


def write(folder, cases, tensors):
    folder.mkdir(parents=True, exist_ok=True)
    content = {"texts": INPUTS, "cases": cases}
    (folder / "cases.json").write_text(json.dumps(content, indent=1, ensure_ascii=True) + "\n")
    save_file(tensors, folder / "cases.safetensors")
