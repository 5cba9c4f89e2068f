# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""RoBERTa, XLM-RoBERTa and CamemBERT: BERT with positions that count the tokens that are no padding."""

from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import (
    CamembertConfig,
    CamembertModel,
    CamembertTokenizer,
    RobertaConfig,
    RobertaModel,
    RobertaTokenizer,
    XLMRobertaConfig,
    XLMRobertaModel,
    XLMRobertaTokenizer,
)

import vocabularies
import weights
from families.bert import IDLE, SPREAD
from fixture import Fixture, save_model


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


def save_roberta(folder):
    learned, merges = vocabularies.byte_bpe([])
    vocabulary = dict.fromkeys(["<s>", "<pad>", "</s>", "<unk>", *learned, "<mask>"])
    vocabulary = {piece: index for index, piece in enumerate(vocabulary)}
    tokenizer = RobertaTokenizer(vocab=vocabulary, merges=merges, model_max_length=64)
    save(folder, "roberta", RobertaConfig, RobertaModel, tokenizer, "cls")


def save_xlm_roberta(folder):
    vocabulary = vocabularies.unigram(["<s>", "<pad>", "</s>", "<unk>"], ["<mask>"])
    tokenizer = XLMRobertaTokenizer(vocab=vocabulary, model_max_length=64)
    save(folder, "xlm-roberta", XLMRobertaConfig, XLMRobertaModel, tokenizer, "mean")


def save_camembert(folder):
    vocabulary = vocabularies.unigram(["<s>NOTUSED", "<pad>", "</s>NOTUSED", "<unk>", "<unk>NOTUSED"])
    vocabulary += [("<s>", 0.0), ("</s>", 0.0), ("<mask>", 0.0)]
    tokenizer = CamembertTokenizer(vocab=vocabulary, model_max_length=48)
    save(folder, "camembert", CamembertConfig, CamembertModel, tokenizer, "mean", hidden_act="gelu_new")


CASES = {"plain": {}, "prompt-name": {"prompt-name": "query"}}
FIXTURES = [
    Fixture("roberta", save_roberta, CASES, IDLE),
    Fixture("xlm-roberta", save_xlm_roberta, CASES, IDLE),
    Fixture("camembert", save_camembert, CASES, IDLE),
]
