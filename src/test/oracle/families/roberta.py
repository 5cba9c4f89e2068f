# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""RoBERTa, XLM-RoBERTa, CamemBERT, data2vec and XLM-RoBERTa-XL: BERT with positions that count the tokens that are no padding."""

import torch
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import (
    CamembertConfig,
    CamembertModel,
    CamembertTokenizer,
    Data2VecTextConfig,
    Data2VecTextModel,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaModel,
    RobertaTokenizer,
    XLMRobertaConfig,
    XLMRobertaModel,
    XLMRobertaTokenizer,
    XLMRobertaXLConfig,
    XLMRobertaXLModel,
)

import vocabularies
import weights
from families.bert import IDLE, SPREAD
from fixture import Fixture, publish_tensors, save_model


def save(folder, name, config_class, model_class, tokenizer, pooling, **changes):
    config = config_class(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        max_position_embeddings=66,
        type_vocab_size=1,
        layer_norm_eps=1e-5,
        pad_token_id=1,
        **changes,
    )
    model = weights.fill(model_class(config), name, SPREAD)
    save_model(
        folder,
        model,
        tokenizer,
        [Pooling(32, pooling), Normalize()],
        prompts={"query": "query: ", "document": "passage: "},
    )


def roberta_tokenizer(**changes):
    learned, merges = vocabularies.byte_bpe([])
    vocabulary = dict.fromkeys(["<s>", "<pad>", "</s>", "<unk>", *learned, "<mask>"])
    vocabulary = {piece: index for index, piece in enumerate(vocabulary)}
    return RobertaTokenizer(vocab=vocabulary, merges=merges, **changes)


def save_roberta(folder):
    save(folder, "roberta", RobertaConfig, RobertaModel, roberta_tokenizer(model_max_length=64), "cls")


def save_xlm_roberta(folder):
    vocabulary = vocabularies.unigram(["<s>", "<pad>", "</s>", "<unk>"], ["<mask>"])
    tokenizer = XLMRobertaTokenizer(vocab=vocabulary, model_max_length=64)
    save(folder, "xlm-roberta", XLMRobertaConfig, XLMRobertaModel, tokenizer, "mean")


def save_camembert(folder):
    vocabulary = vocabularies.unigram(["<s>NOTUSED", "<pad>", "</s>NOTUSED", "<unk>", "<unk>NOTUSED"])
    vocabulary += [("<s>", 0.0), ("</s>", 0.0), ("<mask>", 0.0)]
    tokenizer = CamembertTokenizer(vocab=vocabulary, model_max_length=48)
    save(folder, "camembert", CamembertConfig, CamembertModel, tokenizer, "mean", hidden_act="gelu_new")


def save_data2vec(folder):
    tokenizer = roberta_tokenizer(model_max_length=64)
    save(folder, "data2vec-text", Data2VecTextConfig, Data2VecTextModel, tokenizer, "mean", hidden_act="relu")
    publish_tensors(
        folder,
        "data2vec_text.",
        data2vec_text__embeddings__position_ids=torch.arange(66)[None],
        lm_head__layer_norm__bias=torch.ones(32),
    )


def save_xl(folder):
    """transformers gives this type no tokenizer of its own: the file counts."""
    vocabulary = vocabularies.unigram(["<s>", "<pad>", "</s>", "<unk>"], ["<mask>"])
    backend = XLMRobertaTokenizer(vocab=vocabulary)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend.backend_tokenizer, model_max_length=64, **backend.special_tokens_map
    )
    save(folder, "xlm-roberta-xl", XLMRobertaXLConfig, XLMRobertaXLModel, tokenizer, "mean")
    publish_tensors(
        folder,
        "roberta.",
        roberta__embeddings__position_ids=torch.arange(66)[None],
        lm_head__layer_norm__bias=torch.ones(32),
    )


CASES = {"plain": {}, "prompt-name": {"prompt-name": "query"}}
PUBLISHED_IDLE = (*(each.replace("^", "") for each in IDLE), r"position_ids$", r"^lm_head\.")
FIXTURES = [
    Fixture("roberta", save_roberta, CASES, IDLE),
    Fixture("xlm-roberta", save_xlm_roberta, CASES, IDLE),
    Fixture("camembert", save_camembert, CASES, IDLE),
    Fixture("data2vec-text", save_data2vec, CASES, PUBLISHED_IDLE, settings={"pad_token_id": 0, "hidden_act": "gelu"}),
    Fixture("xlm-roberta-xl", save_xl, CASES, PUBLISHED_IDLE, settings={"layer_norm_eps": 0.1}),
]
