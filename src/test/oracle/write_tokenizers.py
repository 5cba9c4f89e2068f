# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Writes tokenizers and the ids that transformers gives for hard texts, for TokenizerGoldenTest.

Run by regenerate, with the versions that requirements.txt pins. The tokenizers are trained anew and differ each time.
"""

import json
import tempfile
from pathlib import Path

import tokenizers
import transformers
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer

LIMIT = 24
OUT = Path(__file__).parents[1] / "resources/io/embark/text/tokenizers.json"

CORPUS = [
    "The cat sat on the mat, and a dog ran after the cat.",
    "unbelievable believers believe in cafés; Café Ångström is naïve",
    "query: how do volcanoes form? passage: magma rises through the crust",
    "日本語のテキスト 中文字符 한국어 텍스트 Русский текст العربية שלום",
    "x = foo(bar)[1:2]; y += 3.1415  # comment\n\n\tindent",
] * 4

TEXTS = [
    "",
    " ",
    "\n\t ",
    "The cat sat on the mat.",
    "  leading and trailing  ",
    "two  spaces   three",
    "CAFÉ cafe\u0301 \u00c5ngstr\u00f6m na\u00efve \u00df \u0130stanbul",
    "日本語 中文 한국어",
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 Русский",
    "a\U0001f600b \U0001f469\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f",
    "a\u0000b\u0007c\ufffdd\u00ade",
    "\uff34\uff48\uff45 \ufb01ne \u2460 \u1e9b\u0323",
    "x" * 120,
    "don't stop-believing... 3.14 1,000 a_b",
    "[CLS] cat [SEP] <s> cat</s> <pad> [MASK] <mask> <|endoftext|> <bos>",
    "line\nbreaks\r\nand\u2028others\u00a0nbsp\u3000ideographic",
    "the cat sat on the mat and " * 8,
    "query: ",
    "\u2581cat \u2581\u2581 dog",
]


def wordpiece(special, cased=False):
    tokenizer = Tokenizer(models.WordPiece(unk_token=special["unk"]))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=not cased)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    order = [special[name] for name in ("pad", "unk", "cls", "sep", "mask")]
    tokenizer.train_from_iterator(CORPUS, trainers.WordPieceTrainer(vocab_size=220, special_tokens=order))
    template(tokenizer, special["cls"], special["sep"])
    return tokenizer


def template(tokenizer, first, last):
    tokens = [token for token in (first, last) if token]
    parts = ([first] if first else []) + ["$A"] + ([last] if last else [])
    tokenizer.post_processor = processors.TemplateProcessing(
        single=" ".join(parts), special_tokens=[(token, tokenizer.token_to_id(token)) for token in tokens]
    )


def unigram(order):
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(" {2,}", " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    unknown = "<unk>"
    tokenizer.train_from_iterator(
        CORPUS, trainers.UnigramTrainer(vocab_size=240, special_tokens=order, unk_token=unknown)
    )
    return tokenizer


def byte_bpe(order, pre=None, normalizer=None):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre or pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.train_from_iterator(
        CORPUS,
        trainers.BpeTrainer(
            vocab_size=330, special_tokens=order, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
        ),
    )
    return tokenizer


BERT = {"pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "mask": "[MASK]"}
MPNET = {"pad": "<pad>", "unk": "[UNK]", "cls": "<s>", "sep": "</s>", "mask": "<mask>"}
ROBERTA = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


def named(special):
    return {name + "_token": token for name, token in special.items()}


def folders():
    """Yields name, model_type, the tokenizer and tokenizer_config.json."""
    bert = wordpiece(BERT)
    yield "bert", "bert", bert, {"tokenizer_class": "BertTokenizer", "do_lower_case": True, **named(BERT)}
    yield "bert without a configuration", "bert", wordpiece(BERT, cased=True), {}
    yield "bert cased", "bert", wordpiece(BERT, cased=True), {
        "tokenizer_class": "BertTokenizerFast", "do_lower_case": False, "tokenize_chinese_chars": False, **named(BERT)}
    yield "distilbert", "distilbert", bert, {
        "tokenizer_class": "DistilBertTokenizer", "strip_accents": False, **named(BERT)}
    yield "generic", "bert", bert, {"tokenizer_class": "PreTrainedTokenizerFast", **named(BERT)}
    other = wordpiece(BERT)
    template(other, "[CLS]", None)
    yield "bert with another template", "bert", other, {"tokenizer_class": "BertTokenizer", **named(BERT)}
    yield "mpnet", "mpnet", wordpiece(MPNET), {"tokenizer_class": "MPNetTokenizer", "do_lower_case": True, **named(MPNET)}
    roberta = byte_bpe(ROBERTA)
    roberta.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), True, False)
    yield "roberta", "roberta", roberta, {"tokenizer_class": "RobertaTokenizer"}
    yield "roberta with a prefix", "roberta", roberta, {"tokenizer_class": "RobertaTokenizerFast", "add_prefix_space": True}
    modern = byte_bpe(["<|endoftext|>", "<|padding|>", "[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"], normalizer=normalizers.NFC())
    template(modern, "[CLS]", "[SEP]")
    yield "modernbert", "modernbert", modern, {"tokenizer_class": "PreTrainedTokenizerFast", **named(BERT)}
    xlmr = unigram(ROBERTA)
    template(xlmr, "<s>", "</s>")
    yield "xlm-roberta", "xlm-roberta", xlmr, {"tokenizer_class": "XLMRobertaTokenizer"}
    yield "camembert", "camembert", xlmr, {"tokenizer_class": "CamembertTokenizer"}
    t5 = unigram(["<pad>", "</s>", "<unk>"])
    template(t5, None, "</s>")
    yield "t5", "t5", t5, {"tokenizer_class": "T5Tokenizer", "extra_ids": 0, "additional_special_tokens": ["<extra_id_0>"]}
    qwen = byte_bpe(["<|endoftext|>", "<|im_end|>"], normalizer=normalizers.NFC())
    template(qwen, None, "<|endoftext|>")
    declared = {"tokenizer_class": "Qwen2Tokenizer", "pad_token": "<|endoftext|>", "eos_token": "<|im_end|>", "padding_side": "left"}
    yield "qwen2", "qwen3", qwen, declared
    yield "qwen2 without bos", "qwen3", qwen, {**declared, "add_bos_token": False}
    yield "qwen2 with eos", "qwen3", qwen, {**declared, "add_bos_token": False, "add_eos_token": True}
    gemma = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    gemma.normalizer = normalizers.Replace(" ", "\u2581")
    gemma.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    gemma.train_from_iterator(
        CORPUS,
        trainers.BpeTrainer(
            vocab_size=420,
            special_tokens=["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"] + [f"<0x{i:02X}>" for i in range(256)],
        ),
    )
    template(gemma, "<bos>", "<eos>")
    yield "gemma", "gemma3_text", gemma, {"tokenizer_class": "GemmaTokenizer"}
    yield "gemma with flags", "gemma3_text", gemma, {
        "tokenizer_class": "GemmaTokenizerFast", "add_bos_token": True, "add_eos_token": True}
    yield "generic with flags", "bert", bert, {
        "tokenizer_class": "PreTrainedTokenizerFast", "add_eos_token": True, "eos_token": "[SEP]", **named(BERT)}
    yield "cut at the start", "bert", bert, {"tokenizer_class": "BertTokenizer", "truncation_side": "left", **named(BERT)}


def main():
    written = []
    for name, model_type, tokenizer, config in folders():
        config = {**config, "model_max_length": LIMIT}
        with tempfile.TemporaryDirectory() as folder:
            tokenizer_json = json.loads(tokenizer.to_str())
            Path(folder, "tokenizer.json").write_text(json.dumps(tokenizer_json), encoding="utf-8")
            Path(folder, "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
            Path(folder, "config.json").write_text(json.dumps({"model_type": model_type}), encoding="utf-8")
            loaded = AutoTokenizer.from_pretrained(folder)
            ids = loaded(TEXTS, truncation=True, padding=False, max_length=LIMIT)["input_ids"]
        print(f"{name:32} {type(loaded).__name__}", ids[3])
        written.append({"name": name, "modelType": model_type, "class": type(loaded).__name__,
                        "tokenizer": tokenizer_json, "config": config, "ids": ids})
    versions = {"transformers": transformers.__version__, "tokenizers": tokenizers.__version__}
    out = {"versions": versions, "limit": LIMIT, "texts": TEXTS, "folders": written}
    OUT.write_text(json.dumps(out, separators=(",", ":")) + "\n", encoding="utf-8")


main()
