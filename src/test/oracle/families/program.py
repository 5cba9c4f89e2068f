# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""BERT as a TorchScript program, with modules behind it."""

import io
import shutil
import tempfile
import zipfile
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling
from transformers import BertTokenizer

import vocabularies
import weights
from families.bert import SPECIAL, model
from fixture import Fixture, save_model

NAME = "program"
MODES = ("mean", "cls", "max")


class Program(torch.nn.Module):
    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, input_ids, attention_mask):
        output = self.network(input_ids=input_ids, attention_mask=attention_mask)
        return output.last_hidden_state, output.pooler_output


def network():
    return model(NAME, vocabularies.wordpiece(SPECIAL, 320), layers=1)


def save(folder):
    tokenizer = BertTokenizer(vocab=vocabularies.wordpiece(SPECIAL, 320), model_max_length=32)
    dense = weights.fill(Dense(32 * len(MODES), 20), NAME)
    modules = [Pooling(32, MODES), dense, Normalize()]
    save_model(folder, network(), tokenizer, modules, prompts={"query": "search for: "})
    (folder / "model.safetensors").unlink()
    traced = network()
    traced.set_attn_implementation("eager")
    example = torch.tensor([[2, 7, 9, 3], [2, 8, 3, 0]])
    program = torch.jit.trace(Program(traced), (example, (example != 0).long()))
    save_program(program, folder / "model.pt")


def save_program(program, file):
    """Without the notes for debuggers, which name the places of sources on this machine."""
    whole = io.BytesIO()
    torch.jit.save(program, whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(file, "w") as target:
        for name in source.namelist():
            if not name.endswith(".debug_pkl"):
                target.writestr(zipfile.ZipInfo(name), source.read(name))


def opened(folder):
    """Sentence Transformers runs no such program; it has the network that was traced."""
    with tempfile.TemporaryDirectory() as temporary:
        shutil.copytree(folder, temporary, dirs_exist_ok=True)
        network().save_pretrained(Path(temporary))
        return SentenceTransformer(temporary, device="cpu")


CASES = {"plain": {}, "prompt-name": {"prompt-name": "query"}, "dimensions": {"dimensions": 12, "normalize": True}}
FIXTURES = [
    Fixture(
        NAME,
        save,
        cases={name: {"trust-model-code": True, **options} for name, options in CASES.items()},
        open=opened,
    )
]
