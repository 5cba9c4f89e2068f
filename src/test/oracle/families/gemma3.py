# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""EmbeddingGemma: Gemma 3 that looks both ways, in windows but for each last of six layers, and two Dense layers.

Then Gemma 3 as it is where nothing is said: each token sees those before it, and the window reaches back as far as it is wide.
"""

import torch
from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling
from tokenizers import processors
from transformers import Gemma3TextConfig, Gemma3TextModel, GemmaTokenizer

import vocabularies
import weights
from fixture import Fixture, edit_json, save_model

SPECIAL = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"]
SPREAD = ((r"(q|k)_norm", 2.0), (r"embed_tokens", 0.3))


def tokenizer(size=640):
    vocabulary, merges = vocabularies.piece_bpe(SPECIAL, size)
    words = GemmaTokenizer(vocab=vocabulary, merges=merges, padding_side="right", model_max_length=64)
    words.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single="<bos> $A <eos>",
        pair="<bos> $A <eos> <bos> $B <eos>",
        special_tokens=[("<bos>", vocabulary["<bos>"]), ("<eos>", vocabulary["<eos>"])],
    )
    return words


def dense(name, inputs, outputs):
    layer = Dense(inputs, outputs, bias=False, activation_function=torch.nn.Identity())
    return weights.fill(layer, name)


def network(name, words, window, both_ways, **more):
    config = Gemma3TextConfig(
        vocab_size=len(words),
        hidden_size=24,
        intermediate_size=32,
        num_hidden_layers=3,
        num_attention_heads=3,
        num_key_value_heads=1,
        head_dim=12,
        max_position_embeddings=128,
        query_pre_attn_scalar=20,
        sliding_window=window,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"],
        use_bidirectional_attention=both_ways,
        pad_token_id=0,
        eos_token_id=1,
        bos_token_id=2,
        **more,
    )
    return weights.fill(Gemma3TextModel(config), name, SPREAD, constant=0.0)


def save(folder):
    words = tokenizer()
    save_model(
        folder,
        network("gemma3", words, 12, True),
        words,
        [Pooling(24, "mean"), dense("gemma3-2", 24, 48), dense("gemma3-3", 48, 24), Normalize()],
        prompts={"query": "task: search result | query: ", "document": "title: none | text: "},
    )


def save_causal(folder):
    words = tokenizer(400)
    model = network("gemma3-causal", words, 7, False)
    save_model(folder, model, words, [Pooling(24, ("mean", "lasttoken")), Normalize()])


def save_not_causal(folder, name, window, both_ways):
    words = tokenizer(200)
    model = network(name, words, window, both_ways, is_causal=False)
    save_model(folder, model, words, [Pooling(24, "mean"), Normalize()])


def save_plain_not_causal(folder):
    save_not_causal(folder, "gemma3-not-causal", 4, False)


def save_both_not_causal(folder):
    """Both keys together: half of the window on either side, and one token more."""
    save_not_causal(folder, "gemma3-both-not-causal", 8, True)


def save_older(folder):
    """The keys of configurations on the Hub from before transformers 5."""
    save(folder)

    def change(config):
        for key in ("rope_parameters", "layer_types", "dtype", "_sliding_window_pattern"):
            config.pop(key)
        config |= {
            "sliding_window_pattern": 3,
            "rope_local_base_freq": 100.0,
            "rope_scaling": None,
            "rope_theta": 5000.0,
            "torch_dtype": "float32",
            "transformers_version": "4.57.0",
        }
        return dict(sorted(config.items()))

    edit_json(folder / "config.json", change)


CASES = {"plain": {}, "document": {"prompt-name": "document"}, "dimensions": {"dimensions": 16, "normalize": True}}
FIXTURES = [
    Fixture(
        "gemma3",
        save,
        CASES,
        settings={
            "sliding_window": 14,
            "rope_parameters.full_attention.rope_theta": 10000.0,
            "rope_parameters.sliding_attention.rope_theta": 1000000.0,
            "query_pre_attn_scalar": 12,
            "use_bidirectional_attention": False,
        },
    ),
    Fixture(
        "gemma3-older",
        save_older,
        {"plain": {}},
        settings={
            "sliding_window": 14,
            "sliding_window_pattern": 2,
            "rope_theta": 1000000.0,
            "rope_local_base_freq": 10000.0,
        },
    ),
    Fixture(
        "gemma3-causal",
        save_causal,
        settings={
            "sliding_window": 8,
            "layer_types": ["full_attention", "full_attention", "sliding_attention"],
            "use_bidirectional_attention": True,
        },
    ),
    Fixture("gemma3-not-causal", save_plain_not_causal, settings={"is_causal": True, "sliding_window": 5}),
    Fixture("gemma3-both-not-causal", save_both_not_causal, settings={"is_causal": True, "sliding_window": 10}),
]
