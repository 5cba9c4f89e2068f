# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""LoRA adapters of PEFT, whose base model lies in a folder within theirs."""

import contextlib
import shutil

import torch
from peft import LoraConfig, get_peft_model
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import BertForMaskedLM, BertTokenizer

import vocabularies
import weights
from families.bert import SPECIAL, model
from fixture import Fixture, edit_json, save_model

BASE = "base"


def save(folder, wrapper, **arguments):
    vocabulary = vocabularies.wordpiece(SPECIAL, 320)
    network = model(folder.name, vocabulary, layers=2)
    tokenizer = BertTokenizer(vocab=vocabulary, model_max_length=32)
    save_model(folder, network, tokenizer, [Pooling(32, "mean"), Normalize()])
    (folder / BASE).mkdir()
    for file in ("config.json", "model.safetensors"):
        shutil.move(folder / file, folder / BASE / file)
    adapted = get_peft_model(wrapper(network), LoraConfig(**arguments))
    with torch.no_grad():
        for name, parameter in adapted.named_parameters():
            if "lora_" in name:
                parameter.copy_(0.4 * torch.randn(parameter.shape, generator=weights.seeded(folder.name, name)))
    adapted.save_pretrained(folder)
    edit_json(folder / "adapter_config.json", lambda content: content | {"base_model_name_or_path": BASE})


def open_beside_base(folder):
    """PEFT looks for the base model from the working directory."""
    with contextlib.chdir(folder):
        return SentenceTransformer(str(folder), device="cpu")


def language_model(network):
    """As adapters are trained with a language model around the network, whose name is part of the tensors'."""
    whole = BertForMaskedLM(network.config)
    whole.bert = network
    return whole


def fixture(name, wrapper=lambda network: network, **arguments):
    return Fixture(
        name,
        lambda folder: save(folder, wrapper, **arguments),
        idle=(r"^(?!base_model).*attention\.self\.key\.bias$", r"^pooler\."),
        open=open_beside_base,
    )


FIXTURES = [
    fixture(
        "lora",
        r=4,
        lora_alpha=6,
        target_modules=["query", "value", "output.dense"],
        rank_pattern={"layer.0.attention.self.query": 2},
        alpha_pattern={"value": 3},
    ),
    fixture(
        "lora-language-model",
        language_model,
        r=2,
        use_rslora=True,
        target_modules=r".*\.(key|intermediate\.dense)",
    ),
]
