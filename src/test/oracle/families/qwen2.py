# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Qwen2: gte-Qwen2-instruct, which looks both ways, and KaLM-embedding, which does not, with windows and yarn."""

from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import Qwen2Config, Qwen2Model

import weights
from families.qwen3 import END, tokenizer
from fixture import Fixture, edit_json, save_model

SPREAD = ((r"(q|k)_proj\.weight", weights.SHARP),)


def save(folder, name, pooling, prompts=None, **more):
    words = tokenizer(300)
    config = Qwen2Config(
        vocab_size=len(words),
        hidden_size=24,
        intermediate_size=32,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=128,
        bos_token_id=words.convert_tokens_to_ids(END),
        eos_token_id=words.convert_tokens_to_ids(END),
        **more,
    )
    model = weights.fill(Qwen2Model(config), name, SPREAD)
    save_model(folder, model, words, [Pooling(24, pooling), Normalize()], prompts)


def save_gte(folder):
    rope = {"rope_type": "default", "rope_theta": 100.0}
    query = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: "
    save(
        folder,
        "qwen2",
        "lasttoken",
        {"query": query},
        num_hidden_layers=2,
        rope_parameters=rope,
        is_causal=False,
        sliding_window=8,
        max_window_layers=1,
    )

    def change(config):
        """The keys of configurations on the Hub from before transformers 5."""
        for key in ("rope_parameters", "layer_types", "dtype"):
            config.pop(key)
        config |= {
            "architectures": ["Qwen2ForCausalLM"],
            "auto_map": {
                "AutoModel": "modeling_qwen.Qwen2Model",
                "AutoModelForCausalLM": "modeling_qwen.Qwen2ForCausalLM",
            },
            "rope_theta": 100.0,
            "sliding_window": 8,
            "torch_dtype": "float32",
            "transformers_version": "4.41.2",
        }
        return dict(sorted(config.items()))

    edit_json(folder / "config.json", change)


def save_causal(folder):
    rope = {
        "type": "yarn",
        "rope_theta": 10.0,
        "factor": 4.0,
        "original_max_position_embeddings": 24,
        "beta_fast": 3.0,
        "truncate": False,
    }
    save(
        folder,
        "qwen2-causal",
        "mean",
        num_hidden_layers=3,
        rope_parameters=rope,
        use_sliding_window=True,
        sliding_window=7,
        layer_types=["full_attention", "sliding_attention", "sliding_attention"],
    )


FIXTURES = [
    Fixture(
        "qwen2",
        save_gte,
        {"plain": {}, "query": {"prompt-name": "query"}},
        settings={"is_causal": True, "rope_theta": 1000.0, "use_sliding_window": True},
    ),
    Fixture(
        "qwen2-causal",
        save_causal,
        settings={
            "sliding_window": 8,
            "rope_parameters.factor": 2.0,
            "rope_parameters.original_max_position_embeddings": 48,
            "rope_parameters.beta_fast": 1.5,
            "rope_parameters.truncate": True,
        },
    ),
]
