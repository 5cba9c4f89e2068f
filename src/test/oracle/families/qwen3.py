# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Qwen3-Embedding: causal, four query heads on two pairs of keys and values, wider than the model, the last token.

Some layers may look back through a window: those that layer_types names, or without it those from max_window_layers on.
"""

from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from tokenizers import Regex, pre_tokenizers, processors
from transformers import Qwen2Tokenizer, Qwen3Config, Qwen3Model
from transformers.models.qwen2.tokenization_qwen2 import PRETOKENIZE_REGEX

import vocabularies
import weights
from fixture import Fixture, edit_json, save_model

END = "<|endoftext|>"


def tokenizer(size=420):
    splitter = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PRETOKENIZE_REGEX), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    vocabulary, merges = vocabularies.byte_bpe([END, "<|im_start|>", "<|im_end|>"], size, splitter)
    words = Qwen2Tokenizer(
        vocab=vocabulary, merges=merges, eos_token="<|im_end|>", padding_side="left", model_max_length=64
    )
    words.backend_tokenizer.post_processor = processors.Sequence(
        [
            processors.ByteLevel(trim_offsets=False, use_regex=False),
            processors.TemplateProcessing(
                single=f"$A {END}", pair=f"$A {END} $B {END}", special_tokens=[(END, vocabulary[END])]
            ),
        ]
    )
    return words


def save(folder):
    words = tokenizer()
    config = Qwen3Config(
        vocab_size=len(words),
        hidden_size=32,
        intermediate_size=40,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=12,
        max_position_embeddings=128,
        rope_parameters={"rope_type": "default", "rope_theta": 1000000.0},
        bos_token_id=words.convert_tokens_to_ids(END),
        eos_token_id=words.convert_tokens_to_ids("<|im_end|>"),
        tie_word_embeddings=True,
    )
    spread = ((r"(q|k)_norm", 2.0),)
    save_model(
        folder,
        weights.fill(Qwen3Model(config), "qwen3", spread),
        words,
        [Pooling(32, "lasttoken"), Normalize()],
        prompts={
            "query": "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:",
            "document": "",
        },
    )


def save_older(folder):
    save(folder)
    edit_json(folder / "config.json", older)


def older(config):
    """The keys of configurations on the Hub from before transformers 5, which name the causal model."""
    for key in ("rope_parameters", "layer_types", "dtype"):
        config.pop(key)
    config |= {
        "architectures": ["Qwen3ForCausalLM"],
        "rope_scaling": None,
        "rope_theta": 10000.0,
        "torch_dtype": "float32",
        "transformers_version": "4.51.3",
    }
    return dict(sorted(config.items()))


def save_both_ways(folder):
    """As Giga-Embeddings: its tokens see all of their text."""
    save_sliding(folder, "qwen3-both-ways", "mean", sliding_window=4, max_window_layers=1, is_causal=False)


def save_sliding(folder, name, pooling, **layers):
    words = tokenizer(300)
    config = Qwen3Config(
        vocab_size=len(words),
        hidden_size=24,
        intermediate_size=32,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=12,
        max_position_embeddings=128,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
        use_sliding_window=True,
        bos_token_id=words.convert_tokens_to_ids(END),
        eos_token_id=words.convert_tokens_to_ids("<|im_end|>"),
        tie_word_embeddings=True,
        **layers,
    )
    model = weights.fill(Qwen3Model(config), name, ((r"(q|k)_norm", 2.0),))
    save_model(folder, model, words, [Pooling(24, pooling), Normalize()])


def save_sliding_layers(folder):
    """With the types of layers against the number."""
    types = ["sliding_attention", "full_attention", "sliding_attention"]
    save_sliding(folder, "qwen3-sliding", "lasttoken", sliding_window=6, max_window_layers=2, layer_types=types)


def save_sliding_older(folder):
    save_sliding(folder, "qwen3-sliding-older", "mean", sliding_window=9, max_window_layers=2)
    edit_json(folder / "config.json", older)


CASES = {"plain": {}, "query": {"prompt-name": "query"}, "dimensions": {"dimensions": 16, "normalize": True}}
FIXTURES = [
    Fixture("qwen3", save, CASES, settings={"rope_parameters.rope_theta": 10000.0}),
    Fixture("qwen3-older", save_older, {"plain": {}}, settings={"rope_theta": 1000000.0}),
    Fixture(
        "qwen3-sliding",
        save_sliding_layers,
        settings={
            "sliding_window": 7,
            "layer_types": ["full_attention", "full_attention", "sliding_attention"],
        },
    ),
    Fixture(
        "qwen3-sliding-older",
        save_sliding_older,
        settings={"use_sliding_window": False, "sliding_window": 10, "max_window_layers": 1},
    ),
    Fixture(
        "qwen3-both-ways",
        save_both_ways,
        settings={"is_causal": True, "sliding_window": 5},
    ),
]
