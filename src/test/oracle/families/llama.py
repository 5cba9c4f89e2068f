# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Llama and the ways to scale its angles: as Sarashina-Embedding, and merged models whose tokens look both ways.

Frequencies of the kinds "dynamic" and "longrope" depend on the longest text of a batch, and the first on those of the batches
before: the vectors are those of each text alone in a fresh model.
"""

from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import LlamaConfig, LlamaModel, PreTrainedTokenizerFast

import vocabularies
import weights
from fixture import Fixture, edit_json, save_model

BEGIN, END = "<|begin_of_text|>", "<|end_of_text|>"
SPREAD = ((r"(q|k)_proj\.weight", weights.SHARP),)


def tokenizer(size=330, longest=64):
    vocabulary, merges = vocabularies.byte_bpe([BEGIN, END], size)
    backend = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, ignore_merges=True))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN} $A", pair=f"{BEGIN} $A {BEGIN} $B", special_tokens=[(BEGIN, vocabulary[BEGIN])]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=backend, bos_token=BEGIN, eos_token=END, pad_token=END, model_max_length=longest
    )


def save(folder, name, pooling, rope, **more):
    words = tokenizer()
    config = LlamaConfig(
        vocab_size=len(words),
        hidden_size=24,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        rope_parameters=rope,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
        **{"head_dim": 16, "max_position_embeddings": 128, **more},
    )
    model = weights.fill(LlamaModel(config), name, SPREAD)
    save_model(folder, model, words, [Pooling(24, pooling), Normalize()])


def save_causal(folder):
    rope = {
        "rope_type": "llama3",
        "rope_theta": 20.0,
        "factor": 4.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 32,
    }
    save(folder, "llama", "lasttoken", rope)


def save_older(folder):
    """Biases everywhere, and the keys of configurations on the Hub from before transformers 5."""
    save(
        folder,
        "llama-older",
        "mean",
        {"rope_type": "linear", "factor": 3.0, "rope_theta": 100.0},
        attention_bias=True,
        mlp_bias=True,
        head_dim=6,
        is_causal=False,
    )

    def change(config):
        for key in ("rope_parameters", "dtype", "head_dim"):
            config.pop(key)
        config |= {
            "architectures": ["LlamaForCausalLM"],
            "pretraining_tp": 1,
            "rope_scaling": {"factor": 3.0, "type": "linear"},
            "rope_theta": 100.0,
            "torch_dtype": "float32",
            "transformers_version": "4.38.2",
        }
        return dict(sorted(config.items()))

    edit_json(folder / "config.json", change)


def save_dynamic(folder):
    rope = {"rope_type": "dynamic", "factor": 4.0, "rope_theta": 100.0}
    save(folder, "llama-dynamic", "mean", rope, max_position_embeddings=16)
    edit_json(folder / "sentence_bert_config.json", lambda config: config | {"max_seq_length": 64})


def save_longrope(folder):
    rope = {
        "rope_type": "longrope",
        "rope_theta": 100.0,
        "short_factor": [1.0, 1.1, 1.3, 1.5, 1.8, 2.0, 2.5, 3.0],
        "long_factor": [1.0, 2.0, 3.5, 5.0, 8.0, 9.5, 11.0, 12.0],
        "original_max_position_embeddings": 20,
    }
    save(folder, "llama-longrope", "lasttoken", rope)


def open_fresh(folder):
    model = SentenceTransformer(str(folder), device="cpu")
    rotary = model[0].model.rotary_emb

    def renew(module, arguments):
        module.inv_freq = module.original_inv_freq.clone()
        module.max_seq_len_cached = module.original_max_seq_len

    rotary.register_forward_pre_hook(renew)
    return model


FIXTURES = [
    Fixture(
        "llama",
        save_causal,
        {"plain": {}, "dimensions": {"dimensions": 16, "normalize": True}},
        settings={
            "rope_parameters.rope_theta": 100.0,
            "rope_parameters.factor": 8.0,
            "rope_parameters.low_freq_factor": 2.0,
            "rope_parameters.high_freq_factor": 3.0,
            "rope_parameters.original_max_position_embeddings": 64,
            "hidden_act": "gelu",
        },
    ),
    Fixture(
        "llama-older",
        save_older,
        settings={"rope_theta": 1000.0, "rope_scaling.factor": 2.0, "is_causal": True},
    ),
    Fixture(
        "llama-dynamic",
        save_dynamic,
        settings={"rope_parameters.factor": 2.0, "max_position_embeddings": 24},
        open=open_fresh,
        alone=True,
    ),
    Fixture(
        "llama-longrope",
        save_longrope,
        settings={
            "rope_parameters.short_factor": [1.0] * 8,
            "rope_parameters.long_factor": [1.0] * 8,
            "rope_parameters.original_max_position_embeddings": 24,
            "max_position_embeddings": 256,
        },
        open=open_fresh,
        alone=True,
    ),
]
