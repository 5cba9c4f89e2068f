# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""What comes behind the network, and the files around it, on BERT."""

import json
import tempfile

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import (
    Dense,
    LayerNorm,
    Normalize,
    Pooling,
    Router,
    StaticEmbedding,
    Transformer,
)
from transformers import BertTokenizer

import vocabularies
import weights
from families.bert import IDLE, SPECIAL, model
from fixture import Fixture, edit_json, save_model, write_json

MODES = ("cls", "max", "mean_sqrt_len_tokens", "weightedmean", "lasttoken")
FLAGS = ("cls_token", "max_tokens", "mean_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken")


def save(folder, modules, lowercase=True, hidden_act="gelu", **arguments):
    vocabulary = vocabularies.wordpiece(SPECIAL, 320, lowercase)
    tokenizer = BertTokenizer(vocab=vocabulary, do_lower_case=lowercase, model_max_length=32)
    network = model(folder.name, vocabulary, layers=1, hidden_act=hidden_act)
    save_model(folder, network, tokenizer, modules, **arguments)


def fixture(name, modules, cases=None, after=lambda folder: None, idle=IDLE, **arguments):
    def write(folder):
        save(folder, [*modules(name)], **arguments)
        after(folder)

    return Fixture(name, write, cases or {"plain": {}}, idle)


def pooling(name, mode, cases=None, after=lambda folder: None, **arguments):
    return fixture(name, lambda _: [Pooling(32, mode, **arguments)], cases, after)


def dense(activation):
    def modules(name):
        layer = weights.fill(Dense(32, 20, activation_function=activation), name)
        return [Pooling(32, "mean"), layer]

    return fixture(f"dense-{type(activation).__name__.lower()}", modules)


def other_activations(name):
    """Some that oneDNN does not compute in the same pass; ActivationTest has all."""
    functions = (torch.nn.LeakyReLU(), torch.nn.Mish(), torch.nn.Softsign())
    layers = [Dense(32, 32, activation_function=function) for function in functions]
    return [Pooling(32, "mean"), *(weights.fill(layer, f"{name}-{i}") for i, layer in enumerate(layers))]


def residual(name, outputs):
    """The vector is added to what the layer makes of it; by a matrix of its own where their lengths differ."""

    def modules(_):
        return [Pooling(32, "mean"), weights.fill(Dense(32, outputs, use_residual=True), name)]

    return fixture(name, modules)


def dense_before_pooling(name):
    """Two layers on the tokens, the second with a matrix of its own for the sum, and one on the text."""
    tokens = {"module_input_name": "token_embeddings"}
    layers = [
        Dense(32, 32, activation_function=torch.nn.LeakyReLU(), use_residual=True, **tokens),
        Dense(32, 24, bias=False, use_residual=True, **tokens),
        Dense(24, 16),
    ]
    first, second, third = (weights.fill(layer, f"{name}-{i}") for i, layer in enumerate(layers))
    return [first, Normalize(**tokens), second, Pooling(24, "mean"), third]


def routes(name):
    """One network, and layers of its own for each task: queries have two."""
    query = [weights.fill(Dense(32, 24), f"{name}-query"), weights.fill(Dense(24, 20), f"{name}-query-2")]
    document = [weights.fill(Dense(32, 20, activation_function=torch.nn.Identity()), f"{name}-document")]
    return [Pooling(32, "mean"), Router({"query": query, "document": document}), Normalize()]


def asym(folder):
    """The files as they were when a Router was called Asym, and its first route was that of texts without a task."""
    old = "sentence_transformers.models.Asym"

    def change(modules):
        modules[2]["type"] = old

    edit_json(folder / "modules.json", change)
    config = json.loads((folder / "2_Router" / "router_config.json").read_text())
    (folder / "2_Router" / "router_config.json").unlink()
    write_json(folder / "2_Router" / "config.json", config | {"parameters": {"allow_empty_key": True}})


def routes_from_the_start(folder):
    """A table for queries and a network for documents, by mappings of tasks."""
    vocabulary = vocabularies.wordpiece(SPECIAL, 320)
    tokenizer = BertTokenizer(vocab=vocabulary, model_max_length=32)
    table = StaticEmbedding(tokenizer._tokenizer, embedding_dim=32)
    weights.fill(table, f"{folder.name}-query")
    with tempfile.TemporaryDirectory() as temporary:
        model(folder.name, vocabulary, layers=1).save_pretrained(temporary)
        tokenizer.save_pretrained(temporary)
        router = Router(
            {"light": [table], "full": [Transformer(temporary), Pooling(32, "cls")]},
            route_mappings={("query", "text"): "light", ("document", None): "full"},
            default_route="full",
        )
        SentenceTransformer(modules=[router, Normalize()], device="cpu").save(str(folder), create_model_card=False)


def layer_norm(name):
    return [Pooling(32, "mean"), weights.fill(LayerNorm(32), name), Normalize()]


def older(folder):
    """The files as they were before version 5.4, with limits in tokenizer.json that do not hold."""
    (folder / "config_sentence_transformers.json").unlink()
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": 24, "do_lower_case": False})
    flags = {f"pooling_mode_{flag}": flag in ("cls_token", "mean_tokens", "lasttoken") for flag in FLAGS}
    write_json(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": 32, **flags})
    write_json(
        folder / "modules.json",
        [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
    )
    (folder / "2_Normalize" / "config.json").unlink()
    limits = {
        "truncation": {"direction": "Right", "max_length": 12, "strategy": "LongestFirst", "stride": 0},
        "padding": {
            "strategy": {"Fixed": 16},
            "direction": "Right",
            "pad_to_multiple_of": None,
            "pad_id": 0,
            "pad_type_id": 0,
            "pad_token": "[PAD]",
        },
    }
    edit_json(folder / "tokenizer.json", lambda content: content | limits)


def without_modules(folder):
    for file in (
        "modules.json",
        "config_sentence_transformers.json",
        "sentence_bert_config.json",
        "1_Pooling/config.json",
    ):
        (folder / file).unlink()


def lower_cased(folder):
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": 28, "do_lower_case": True})


def cut_to(dimensions):
    def change(folder):
        edit_json(folder / "config_sentence_transformers.json", lambda content: content | {"truncate_dim": dimensions})

    return change


PROMPTS = {"query": "search for: ", "passage": "A text: "}
FIXTURES = [
    *(pooling(f"pooling-{mode.removesuffix('_tokens').replace('_', '-')}", mode) for mode in MODES),
    pooling("pooling-two-modes", ("mean", "cls")),
    pooling("pooling-three-modes", ("lasttoken", "max", "weightedmean"), {"plain": {}, "cut": {"dimensions": 40}}),
    pooling(
        "pooling-without-prompt",
        ("mean", "cls", "weightedmean"),
        {
            "plain": {},
            "prompt": {"prompt": "How about this? "},
            "one-token": {"prompt": "the"},
        },
        include_prompt=False,
    ),
    pooling(
        "pooling-without-long-prompt",
        ("mean", "cls", "lasttoken"),
        {"plain": {}, "longer-than-the-limit": {"prompt": "the quick brown fox jumps over the lazy dog. " * 5}},
        include_prompt=False,
    ),
    *(
        dense(activation)
        for activation in (
            torch.nn.Tanh(),
            torch.nn.ReLU(),
            torch.nn.GELU(),
            torch.nn.Sigmoid(),
            torch.nn.SiLU(),
            torch.nn.Identity(),
        )
    ),
    fixture("other-activations", other_activations, hidden_act="quick_gelu"),
    fixture("dense-before-pooling", dense_before_pooling),
    fixture("router-asym", routes, {"plain": {}, "document": {"task": "document"}}, after=asym),
    Fixture(
        "router",
        routes_from_the_start,
        {"query": {"task": "query"}, "document": {"task": "document"}},
        idle=IDLE,
    ),
    residual("dense-residual", 32),
    residual("dense-residual-projected", 20),
    fixture(
        "layer-norm",
        layer_norm,
        {"plain": {}, "cut": {"dimensions": 12}, "cut-and-normalised": {"dimensions": 12, "normalize": True}},
    ),
    pooling("no-normalize", "mean", {"plain": {}, "normalize": {"normalize": True}}),
    fixture(
        "default-prompt",
        lambda _: [Pooling(32, "mean"), Normalize()],
        {
            "plain": {},
            "off": {"prompt": ""},
            "other": {"prompt-name": "query"},
            "own": {"prompt": "What about "},
        },
        prompts=PROMPTS,
        default_prompt="passage",
    ),
    fixture("older-files", lambda _: [Pooling(32, "mean"), Normalize()], after=older),
    fixture("no-modules", lambda _: [Pooling(32, "mean")], after=without_modules),
    fixture("lower-case", lambda _: [Pooling(32, "mean")], after=lower_cased, lowercase=False),
    fixture(
        "own-dimensions",
        lambda _: [Pooling(32, "mean"), Normalize()],
        {"plain": {}, "fewer": {"dimensions": 8}, "more": {"dimensions": 24}},
        after=cut_to(16),
    ),
]
