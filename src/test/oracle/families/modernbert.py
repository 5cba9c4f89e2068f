# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""ModernBERT: two windowed layers after each global one, rotary positions, gates, no biases; and as a decoder."""

from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import (
    ModernBertConfig,
    ModernBertDecoderConfig,
    ModernBertDecoderModel,
    ModernBertModel,
    PreTrainedTokenizerFast,
)

import vocabularies
import weights
from fixture import Fixture, edit_json, save_model

SPECIAL = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"]


def tokenizer(size=420):
    vocabulary, merges = vocabularies.byte_bpe(SPECIAL, size)
    backend = Tokenizer(models.BPE(vocabulary, merges))
    backend.normalizer = normalizers.NFC()
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    backend.add_special_tokens([AddedToken(token, special=True) for token in SPECIAL])
    backend.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B [SEP]",
        special_tokens=[(token, vocabulary[token]) for token in ("[CLS]", "[SEP]")],
    )
    names = dict(zip(["unk_token", "cls_token", "sep_token", "pad_token", "mask_token"], SPECIAL))
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        model_max_length=96,
        model_input_names=["input_ids", "attention_mask"],
        **names,
    )


def save(folder):
    words = tokenizer()
    config = ModernBertConfig(
        vocab_size=len(words),
        hidden_size=32,
        intermediate_size=40,
        num_hidden_layers=4,
        num_attention_heads=4,
        max_position_embeddings=128,
        local_attention=12,
        pad_token_id=words.pad_token_id,
        cls_token_id=words.cls_token_id,
        bos_token_id=words.cls_token_id,
        sep_token_id=words.sep_token_id,
        eos_token_id=words.sep_token_id,
    )
    model = weights.fill(ModernBertModel(config), "modernbert", ((r"Wqkv", 1.3),))
    save_model(folder, model, words, [Pooling(32, "cls"), Normalize()], prompts={"query": "search_query: "})


def save_older(folder):
    """The keys of configurations on the Hub from before transformers 5, with a global layer every second one."""
    save(folder)

    def change(config):
        for key in ("rope_parameters", "layer_types", "dtype"):
            config.pop(key)
        config |= {
            "global_attn_every_n_layers": 2,
            "global_rope_theta": 5000.0,
            "local_rope_theta": 200.0,
            "torch_dtype": "float32",
            "transformers_version": "4.48.0",
        }
        return dict(sorted(config.items()))

    edit_json(folder / "config.json", change)
    edit_json(folder / "tokenizer_config.json", lambda config: config | {"tokenizer_class": "PreTrainedTokenizerFast"})


def save_decoder(folder, name="modernbert-decoder", **more):
    words = tokenizer(300)
    config = ModernBertDecoderConfig(
        vocab_size=len(words),
        hidden_size=24,
        intermediate_size=28,
        num_hidden_layers=3,
        num_attention_heads=3,
        max_position_embeddings=128,
        local_attention=12,
        attention_bias=True,
        norm_bias=True,
        layer_types=["full_attention", "sliding_attention", "full_attention"],
        pad_token_id=words.pad_token_id,
        cls_token_id=words.cls_token_id,
        bos_token_id=words.cls_token_id,
        sep_token_id=words.sep_token_id,
        eos_token_id=words.sep_token_id,
        **more,
    )
    model = weights.fill(ModernBertDecoderModel(config), name, ((r"[qk]_proj\.weight", weights.SHARP),))
    save_model(folder, model, words, [Pooling(24, "mean"), Normalize()])


def save_not_causal(folder):
    """Both ways, and of the window the whole only."""
    save_decoder(folder, "modernbert-decoder-not-causal", is_causal=False)
    edit_json(folder / "config.json", lambda config: config.pop("sliding_window") and config)


CASES = {"plain": {}, "prompt-name": {"prompt-name": "query"}}
FIXTURES = [
    Fixture(
        "modernbert",
        save,
        CASES,
        settings={
            "local_attention": 14,
            "rope_parameters.full_attention.rope_theta": 10000.0,
            "rope_parameters.sliding_attention.rope_theta": 160000.0,
            "hidden_activation": "gelu_pytorch_tanh",
        },
    ),
    Fixture(
        "modernbert-older",
        save_older,
        {"plain": {}},
        settings={
            "local_attention": 14,
            "global_attn_every_n_layers": 3,
            "global_rope_theta": 160000.0,
            "local_rope_theta": 10000.0,
        },
    ),
    Fixture(
        "modernbert-decoder",
        save_decoder,
        settings={"sliding_window": 5, "rope_parameters.full_attention.rope_theta": 100.0},
    ),
    Fixture("modernbert-decoder-not-causal", save_not_causal, settings={"is_causal": True, "local_attention": 8}),
]
