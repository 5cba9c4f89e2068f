# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Mistral as e5-mistral has it, the last token being </s>, and Ministral 3, whose queries grow with the position."""

from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from tokenizers import Tokenizer, models, normalizers, processors
from transformers import Ministral3Config, Ministral3Model, MistralConfig, MistralModel, PreTrainedTokenizerFast

import vocabularies
import weights
from fixture import Fixture, edit_json, save_model

SPREAD = ((r"(q|k)_proj\.weight", weights.SHARP),)
QUERY = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: "


def tokenizer(side, size=450):
    vocabulary, merges = vocabularies.piece_bpe(["<unk>", "<s>", "</s>"], size)
    backend = Tokenizer(
        models.BPE(vocab=vocabulary, merges=merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    )
    backend.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> <s> $B </s>",
        special_tokens=[("<s>", vocabulary["<s>"]), ("</s>", vocabulary["</s>"])],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        pad_token="</s>",
        padding_side=side,
        model_max_length=64,
    )


def save(folder, name, pooling, kind, rope, prompts=None, side="left", **more):
    words = tokenizer(side)
    make_config, make_model = kind
    config = make_config(
        vocab_size=len(words),
        hidden_size=24,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=128,
        rope_parameters=rope,
        pad_token_id=2,
        **{"head_dim": 8, **more},
    )
    model = weights.fill(make_model(config), name, () if make_config is Ministral3Config else SPREAD)
    save_model(folder, model, words, [Pooling(24, pooling), Normalize()], prompts)


def save_older(folder):
    rope = {"rope_type": "default", "rope_theta": 100.0}
    kind = (MistralConfig, MistralModel)
    save(folder, "mistral", "lasttoken", kind, rope, {"query": QUERY}, head_dim=6, sliding_window=9)

    def change(config):
        for key in ("rope_parameters", "dtype", "head_dim"):
            config.pop(key)
        config |= {"rope_theta": 100.0, "torch_dtype": "float32", "transformers_version": "4.34.0"}
        return dict(sorted(config.items()))

    edit_json(folder / "config.json", change)


def save_both_ways(folder):
    rope = {"rope_type": "default", "rope_theta": 100.0}
    kind = (MistralConfig, MistralModel)
    save(folder, "mistral-both-ways", "mean", kind, rope, sliding_window=None, is_causal=False)


def save_ministral(folder):
    rope = {
        "rope_type": "yarn",
        "rope_theta": 100.0,
        "factor": 8.0,
        "original_max_position_embeddings": 16,
        "max_position_embeddings": 128,
        "beta_fast": 0.3,
        "beta_slow": 0.05,
        "mscale": 1.0,
        "mscale_all_dim": 0.5,
        "llama_4_scaling_beta": 0.9,
    }
    # With padding before a text its queries would grow with it.
    save(folder, "ministral3", "lasttoken", (Ministral3Config, Ministral3Model), rope, side="right")


FIXTURES = [
    Fixture(
        "mistral",
        save_older,
        {"plain": {}, "query": {"prompt-name": "query"}},
        settings={"sliding_window": 10, "rope_theta": 1000.0},
    ),
    Fixture(
        "mistral-both-ways",
        save_both_ways,
        settings={"is_causal": True, "sliding_window": 4},
    ),
    Fixture(
        "ministral3",
        save_ministral,
        settings={
            "sliding_window": 9,
            "rms_norm_eps": 0.01,
            "rope_parameters.llama_4_scaling_beta": 0.1,
            "rope_parameters.original_max_position_embeddings": 32,
            "rope_parameters.factor": 2.0,
            "rope_parameters.beta_fast": 0.1,
            "rope_parameters.beta_slow": 0.01,
            "rope_parameters.mscale": 0.5,
            "rope_parameters.mscale_all_dim": 2.0,
        },
    ),
]
