# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Writes one folder: the model as Sentence Transformers saves it, its golden vectors, and a proof that they tell all."""

import dataclasses
import hashlib
import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Callable

import numpy as np
import torch
import transformers
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Transformer
from sentence_transformers.util.quantization import quantize_embeddings

import texts
import weights

# How much noise a tensor gets in the proof, as a share of its values' size, and how far that must move some component.
NOISE = 0.1
MOVED = 1e-3
# The same for a setting; the two kinds of GELU are hardly further apart.
MOVED_BY_SETTING = 1e-4
# What may be left of a move by rounding, of batches and of float32.
STILL = 2e-6
ROUNDING = 3e-6

transformers.utils.logging.disable_progress_bar()
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)


@dataclasses.dataclass(frozen=True)
class Fixture:
    """What to write.

    name: of the folder. save: writes the folder at a path. cases: by name, the options of EmbedOptions to embed with.
    idle: patterns of stored tensors that have no effect on any vector, which is proved too.
    settings: values of config.json's keys, dotted, each of which would give other vectors, which is proved too.
    rows: by name, the unused rows of tables all of whose other rows must have an effect of their own.
    encodings: names of number formats whose codes are written beside the vectors.
    open: loads the folder, where SentenceTransformer itself cannot.
    tolerance: how far components may be apart, with the reason, where it is not 1e-5.
    alone: whether vectors depend on the other texts of a batch, so that only those of one text each can be told.
    """

    name: str
    save: Callable[[Path], None]
    cases: dict = dataclasses.field(default_factory=lambda: {"plain": {}})
    idle: tuple = ()
    settings: dict = dataclasses.field(default_factory=dict)
    rows: dict = dataclasses.field(default_factory=dict)
    encodings: tuple = ()
    open: Callable[[Path], SentenceTransformer] = lambda folder: SentenceTransformer(str(folder), device="cpu")
    tolerance: dict = dataclasses.field(default_factory=lambda: {"component": 1e-5})
    alone: bool = False

    @property
    def batch_size(self):
        return 1 if self.alone else 32


def save_model(folder, model, tokenizer, modules, prompts=None, default_prompt=None, **arguments):
    """Saves a transformer and the modules behind it by Sentence Transformers."""
    with tempfile.TemporaryDirectory() as temporary:
        model.save_pretrained(temporary)
        tokenizer.save_pretrained(temporary)
        first = Transformer(temporary, **arguments)
        whole = SentenceTransformer(
            modules=[first, *modules], prompts=prompts, default_prompt_name=default_prompt, device="cpu"
        )
        whole.save(str(folder), create_model_card=False)


def publish_tensors(folder, prefix, **more):
    """Names the tensors as a hub has them: below the name of the network, with others beside it."""
    file = folder / "model.safetensors"
    tensors = {f"{prefix}{name}": tensor for name, tensor in load_file(file).items()}
    save_file(tensors | {name.replace("__", "."): tensor for name, tensor in more.items()}, file, {"format": "pt"})


def write_json(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2, ensure_ascii=True) + "\n")


def edit_json(path, change):
    """Changes a JSON file that may not be there yet."""
    content = json.loads(path.read_text()) if path.exists() else {}
    write_json(path, change(content) or content)


def write(fixture, folder, versions):
    """Writes a folder and gives its size in bytes. Exits with what is wrong if the golden vectors do not tell all."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    fixture.save(folder)
    (folder / "README.md").unlink(missing_ok=True)
    for each in sorted(folder.rglob("*")):
        if each.is_dir() and not any(each.iterdir()):
            each.rmdir()
    model = fixture.open(folder).float()
    golden = {name: embed(model, texts.ALL, options) for name, options in fixture.cases.items()}
    check_numbers(fixture, model, golden)
    prove(fixture, folder, golden)

    tensors = {f"case.{name}": torch.from_numpy(vectors) for name, vectors in golden.items()}
    content = {
        "versions": versions,
        "tolerance": fixture.tolerance,
        "idle": list(fixture.idle),
        "cases": {
            name: {"tensor": f"case.{name}", "options": options} for name, options in fixture.cases.items()
        },
        **encoded(fixture, golden, tensors),
    }
    save_file(tensors, folder / "golden.safetensors")
    files = sorted(each for each in folder.rglob("*") if each.is_file())
    content["files"] = {"../texts.json": sha256(folder.parent / "texts.json")}
    content["files"] |= {each.relative_to(folder).as_posix(): sha256(each) for each in files}
    write_json(folder / "golden.json", content)
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())


def embed(model, inputs, options, batch_size=1):
    """The vectors of encode, float32 [texts, dimension]; one text at a time, so that none depends on another's padding."""
    return model.encode(
        inputs,
        batch_size=batch_size,
        prompt=options.get("prompt"),
        prompt_name=options.get("prompt-name"),
        **({"task": options["task"]} if "task" in options else {}),
        truncate_dim=options.get("dimensions"),
        normalize_embeddings=options.get("normalize", False),
        show_progress_bar=False,
    ).astype(np.float32)


def encoded(fixture, golden, tensors):
    """Codes of the first case, with ranges of the first half of the texts, so that some values lie outside of them."""
    if not fixture.encodings:
        return {}
    case, vectors = next(iter(golden.items()))
    half = vectors[: len(vectors) // 2]
    ranges = np.stack([half.min(axis=0), half.max(axis=0)])
    tensors["ranges"] = torch.from_numpy(ranges)
    for encoding in fixture.encodings:
        tensors[f"encoding.{encoding}"] = torch.from_numpy(quantize_embeddings(vectors, encoding, ranges=ranges))
    return {
        "encodings": {
            encoding: {
                "tensor": f"encoding.{encoding}",
                "options": {**fixture.cases[case], "encoding": encoding},
                **({"ranges": ranges.astype(float).tolist()} if "int8" in encoding else {}),
            }
            for encoding in fixture.encodings
        }
    }


def check_numbers(fixture, model, golden):
    """Whether the vectors are numbers that float32 can tell: the same in batches, and in float64."""
    for name, vectors in golden.items():
        if not np.isfinite(vectors).all():
            fail(fixture, f"case {name} has vectors that are no numbers")
        batches = embed(model, texts.ALL, fixture.cases[name], fixture.batch_size)
        apart = np.abs(batches - vectors).max()
        if apart > ROUNDING:
            fail(fixture, f"case {name}: vectors of batches are {apart:.1e} from those of single texts")
    model.double()
    for name, vectors in golden.items():
        apart = np.abs(embed(model, texts.ALL, fixture.cases[name]) - vectors).max()
        if apart > ROUNDING:
            fail(fixture, f"case {name}: float32 is {apart:.1e} from float64")


def prove(fixture, folder, golden):
    """Perturbs every stored tensor in turn: some golden vector must move, or none if the tensor is said to be idle."""
    sample = [i for i in range(len(texts.ALL)) if i % 3 == 0 or len(texts.ALL[i]) > 400]
    inputs = [texts.ALL[i] for i in sample]

    def moved():
        model = fixture.open(folder).float()
        return max(
            np.abs(embed(model, inputs, options, fixture.batch_size) - golden[case][sample]).max()
            for case, options in fixture.cases.items()
        )

    used = []
    for file in sorted(folder.rglob("*.safetensors")):
        stored = load_file(file)
        with safe_open(file, "pt") as opened:
            metadata = opened.metadata()
        original = file.read_bytes()
        for name, tensor in stored.items():
            noisy = perturbed(tensor, fixture.name, name)
            save_file({**stored, name: noisy}, file, metadata)
            if any(re.search(pattern, name) for pattern in fixture.idle):
                require_still(fixture, name, moved())
            else:
                require_moved(fixture, name, moved())
            for row in range(len(tensor) if name in fixture.rows else 0):
                one = tensor.clone()
                one[row] += 1
                save_file({**stored, name: one}, file, metadata)
                if row in fixture.rows[name]:
                    require_still(fixture, f"row {row} of {name}", moved())
                else:
                    require_moved(fixture, f"row {row} of {name}", moved())
            used.append(name)
        file.write_bytes(original)
    for key, value in fixture.settings.items():
        file = folder / "config.json"
        original = file.read_bytes()
        edit_json(file, lambda config: change(config, key.split("."), value))
        require_moved(fixture, f"{key} in config.json", moved(), MOVED_BY_SETTING)
        file.write_bytes(original)
    for pattern in fixture.idle:
        if not any(re.search(pattern, name) for name in used):
            fail(fixture, f"no tensor is called {pattern}, which is said to be idle")


def change(config, keys, value):
    inner = config
    for key in keys[:-1]:
        inner = inner[key]
    if keys[-1] not in inner or inner[keys[-1]] == value:
        raise SystemExit(f"write_fixtures: {'.'.join(keys)} is not there to be changed to {value}")
    inner[keys[-1]] = value
    return config


def require_moved(fixture, what, moved, least=MOVED):
    if not moved > least:
        fail(fixture, f"{what} has too little effect: a change moves the vectors by {moved:.1e}")


def require_still(fixture, what, moved):
    if not moved <= STILL:
        fail(fixture, f"{what} is said to be idle, but a change moves the vectors by {moved:.1e}")


def perturbed(tensor, *names):
    if not tensor.is_floating_point():
        return tensor.roll(1, dims=0)
    size = tensor.float().square().mean().sqrt()
    noise = torch.randn(tensor.shape, generator=weights.seeded("noise", *names))
    return (tensor.float() + NOISE * size * noise).to(tensor.dtype)


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fail(fixture, problem):
    raise SystemExit(f"write_fixtures: {fixture.name}: {problem}")
