# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Writes tokenizers and the ids that transformers gives for hard texts, for TokenizerGoldenTest.

Run by regenerate, with the versions that requirements.txt pins. Vocabularies are those of vocabularies.py, since the library's
own trainers give others each time. What several tokenizers share is written once.
"""

import json
import tempfile
from pathlib import Path

import tokenizers
import transformers
import vocabularies
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import AutoTokenizer

LIMIT = 24
OUT = Path(__file__).parents[1] / "resources/io/embark/text/tokenizers.json"

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
    "the[MASK]cat [MASK] dog  [MASK]",
    "[mask] [CLS][SEP][CLS]",
    "the<mask>cat <mask>  </s> dog<unk>",
    "<new>",
    " <new> the<new>cat<new><new> <NEW>",
    "query:the cat Query: the query:",
    "``quoted'' \"x\" ''",
    "tab\tand  two blanks \r\n",
]

BERT = {"pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "mask": "[MASK]"}
MPNET = {"pad": "<pad>", "unk": "[UNK]", "cls": "<s>", "sep": "</s>", "mask": "<mask>"}
FUNNEL = {"pad": "<pad>", "unk": "<unk>", "cls": "<cls>", "sep": "<sep>", "mask": "<mask>"}
ROBERTA = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
ALBERT = ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"]
GENERIC = "PreTrainedTokenizerFast"


def named(special):
    return {name + "_token": token for name, token in special.items()}


def added(tokenizer, special):
    tokenizer.add_special_tokens([token for token in special if tokenizer.token_to_id(token) is not None])
    return tokenizer


def template(tokenizer, first, last):
    tokens = [token for token in (first, last) if token]
    parts = ([first] if first else []) + ["$A"] + ([last] if last else [])
    tokenizer.post_processor = processors.TemplateProcessing(
        single=" ".join(parts), special_tokens=[(token, tokenizer.token_to_id(token)) for token in tokens]
    )
    return tokenizer


def wordpiece(special, cased=False, first=None, last=None):
    vocabulary = vocabularies.wordpiece(list(special.values()), size=250)
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token=special["unk"]))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=not cased)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    added(tokenizer, special.values())
    return template(tokenizer, first or special["cls"], last or special["sep"])


def unigram(order, after=(), first=None, last=None):
    vocabulary = vocabularies.unigram(order, after, size=200)
    unknown = next(index for index, (piece, _) in enumerate(vocabulary) if piece in ("<unk>", "[UNK]"))
    tokenizer = Tokenizer(models.Unigram(vocabulary, unknown, False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(" {2,}", " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    added(tokenizer, [*order, *after])
    return template(tokenizer, first, last)


def byte_bpe(special, normalizer=None, pre_tokenizer=None):
    vocabulary, merges = vocabularies.byte_bpe(special, size=300)
    tokenizer = Tokenizer(models.BPE(vocabulary, merges))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer or pre_tokenizers.ByteLevel(add_prefix_space=False)
    return added(tokenizer, special)


def piece_bpe(special, first=None, last=None):
    vocabulary, merges = vocabularies.piece_bpe(special, size=440)
    tokenizer = Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Replace(" ", "\u2581")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    added(tokenizer, special)
    return template(tokenizer, first, last)


def known():
    """Classes that transformers builds, or does not, from whatever the file says."""
    bert = wordpiece(BERT)
    yield "bert", "bert", bert, {"tokenizer_class": "BertTokenizer", "do_lower_case": True, **named(BERT)}
    yield "bert without a configuration", "bert", wordpiece(BERT, cased=True), {}
    yield "bert cased", "bert", wordpiece(BERT, cased=True), {
        "tokenizer_class": "BertTokenizerFast", "do_lower_case": False, "tokenize_chinese_chars": False, **named(BERT)}
    yield "distilbert", "distilbert", bert, {
        "tokenizer_class": "DistilBertTokenizer", "strip_accents": False, **named(BERT)}
    yield "mobilebert", "bert", wordpiece(BERT, cased=True), {"tokenizer_class": "MobileBertTokenizer"}
    yield "electra", "electra", wordpiece(BERT, cased=True), {"tokenizer_class": "ElectraTokenizerFast"}
    yield "convbert", "bert", wordpiece(BERT, cased=True, last="[CLS]"), {"tokenizer_class": "ConvBertTokenizer"}
    yield "dpr", "bert", bert, {"tokenizer_class": "DPRContextEncoderTokenizer", "do_lower_case": False}
    yield "generic", "bert", bert, {"tokenizer_class": GENERIC, **named(BERT)}
    yield "unknown class", "bert", wordpiece(BERT, cased=True), {"tokenizer_class": "ErnieTokenizer", **named(BERT)}
    other = wordpiece(BERT, last="[CLS]")
    yield "bert with another template", "bert", other, {"tokenizer_class": "BertTokenizer", **named(BERT)}
    mpnet = wordpiece(MPNET)
    yield "mpnet", "mpnet", mpnet, {"tokenizer_class": "MPNetTokenizer", "do_lower_case": True, **named(MPNET)}
    yield "funnel", "bert", wordpiece(FUNNEL), {"tokenizer_class": "FunnelTokenizer", "do_lower_case": False}
    yield "splinter", "bert", bert, {"tokenizer_class": "SplinterTokenizer"}

    roberta = byte_bpe(ROBERTA)
    roberta.post_processor = processors.RobertaProcessing(
        ("</s>", roberta.token_to_id("</s>")), ("<s>", roberta.token_to_id("<s>")), True, False
    )
    yield "roberta", "roberta", roberta, {"tokenizer_class": "RobertaTokenizer"}
    yield "roberta with a prefix", "roberta", roberta, {
        "tokenizer_class": "RobertaTokenizerFast", "add_prefix_space": True}
    yield "longformer", "roberta", roberta, {"tokenizer_class": "LongformerTokenizer"}
    yield "gpt2", "roberta", roberta, {"tokenizer_class": "GPT2Tokenizer"}
    yield "codegen with a prefix", "roberta", roberta, {"tokenizer_class": "CodeGenTokenizer", "add_prefix_space": True}
    yield "blenderbot", "roberta", roberta, {"tokenizer_class": "BlenderbotTokenizer"}
    modern = byte_bpe(["<|endoftext|>", "<|padding|>", *BERT.values()], normalizer=normalizers.NFC())
    template(modern, "[CLS]", "[SEP]")
    yield "modernbert", "modernbert", modern, {"tokenizer_class": GENERIC, **named(BERT)}
    yield "deberta", "roberta", modern, {"tokenizer_class": "DebertaTokenizer"}
    yield "gpt neox", "bert", modern, {"tokenizer_class": "GPTNeoXTokenizerFast", "add_eos_token": True}
    yield "cohere", "bert", modern, {"tokenizer_class": "CohereTokenizerFast", **named(BERT)}
    qwen = template(byte_bpe(["<|endoftext|>", "<|im_end|>"], normalizers.NFC()), None, "<|endoftext|>")
    declared = {"tokenizer_class": "Qwen2Tokenizer", "pad_token": "<|endoftext|>", "eos_token": "<|im_end|>",
                "padding_side": "left"}
    yield "qwen2", "qwen3", qwen, declared
    yield "qwen2 without bos", "qwen3", qwen, {**declared, "add_bos_token": False}
    yield "qwen2 with eos", "qwen3", qwen, {**declared, "add_bos_token": False, "add_eos_token": True}
    yield "qwen3.5", "bert", qwen, {**declared, "tokenizer_class": "Qwen3_5Tokenizer"}

    gemma = piece_bpe(["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"], "<bos>", "<eos>")
    yield "gemma", "gemma3_text", gemma, {"tokenizer_class": "GemmaTokenizer"}
    yield "gemma with flags", "gemma3_text", gemma, {
        "tokenizer_class": "GemmaTokenizerFast", "add_bos_token": True, "add_eos_token": True}
    llama = piece_bpe(["<unk>", "<s>", "</s>"], "<s>", None)
    yield "llama", "llama", llama, {"tokenizer_class": "LlamaTokenizerFast", "add_bos_token": True}
    yield "llama legacy", "llama", llama, {"tokenizer_class": "LlamaTokenizer", "legacy": True}
    yield "llama without a prefix", "llama", llama, {"tokenizer_class": "LlamaTokenizer", "add_prefix_space": False}
    yield "llama of bytes", "llama", modern, {"tokenizer_class": "LlamaTokenizerFast", **named(BERT)}
    herbert = byte_bpe(ROBERTA)
    yield "herbert", "bert", herbert, {"tokenizer_class": "HerbertTokenizerFast"}

    xlmr = unigram(ROBERTA, first="<s>", last="</s>")
    yield "xlm-roberta", "xlm-roberta", xlmr, {"tokenizer_class": "XLMRobertaTokenizer"}
    yield "llama for xlm-roberta", "xlm-roberta", xlmr, {"tokenizer_class": "LlamaTokenizerFast"}
    yield "camembert", "camembert", xlmr, {"tokenizer_class": "CamembertTokenizer"}
    yield "barthez", "xlm-roberta", xlmr, {"tokenizer_class": "BarthezTokenizer"}
    yield "xglm", "xlm-roberta", xlmr, {"tokenizer_class": "XGLMTokenizer"}
    yield "bert over a unigram", "bert", xlmr, {"unk_token": "<unk>", "cls_token": "<s>", "sep_token": "</s>"}
    t5 = unigram(["<pad>", "</s>", "<unk>"], last="</s>")
    yield "t5", "t5", t5, {"tokenizer_class": "T5Tokenizer", "extra_ids": 0, "additional_special_tokens": ["<extra_id_0>"]}
    yield "t5 with extra ids", "t5", t5, {"tokenizer_class": "T5Tokenizer", "extra_ids": 2}
    yield "pegasus", "t5", unigram(["<pad>", "</s>", "<mask_2>", "<unk>"], last="</s>"), {
        "tokenizer_class": "PegasusTokenizer", "offset": 4}
    albert = unigram(ALBERT, first="[CLS]", last="[SEP]")
    yield "albert", "albert", albert, {"tokenizer_class": "AlbertTokenizer"}
    yield "albert cased", "albert", albert, {
        "tokenizer_class": "AlbertTokenizerFast", "do_lower_case": False, "keep_accents": True}
    yield "fnet for bert", "bert", albert, {"tokenizer_class": "FNetTokenizer"}
    yield "rembert", "bert", unigram(["<pad>", "[CLS]", "<unk>", "[SEP]", "[MASK]"], first="[CLS]"), {
        "tokenizer_class": "RemBertTokenizerFast"}
    deberta = unigram(["[PAD]", "[CLS]", "[SEP]", "[UNK]"], ["[MASK]"], first="[CLS]", last="[SEP]")
    yield "deberta-v2", "deberta-v2", deberta, {"tokenizer_class": "DebertaV2Tokenizer"}
    yield "deberta-v2 with flags", "deberta-v2", deberta, {
        "tokenizer_class": "DebertaV2TokenizerFast", "do_lower_case": True, "split_by_punct": True}
    yield "big bird", "bert", unigram(["<pad>", "</s>", "<s>", "<unk>", "[SEP]", "[MASK]", "[CLS]"]), {
        "tokenizer_class": "BigBirdTokenizerFast"}
    yield "xlnet", "bert", unigram(["<unk>", "<s>", "</s>", "<cls>", "<sep>", "<pad>", "<mask>", "<eod>", "<eop>"]), {
        "tokenizer_class": "XLNetTokenizer"}
    yield "generic with flags", "bert", bert, {
        "tokenizer_class": GENERIC, "add_eos_token": True, "eos_token": "[SEP]", **named(BERT)}
    yield "cut at the start", "bert", bert, {"tokenizer_class": "BertTokenizer", "truncation_side": "left", **named(BERT)}


def token(content, **flags):
    return {"content": content, "lstrip": False, "rstrip": False, "single_word": False, "normalized": False,
            "special": True, **flags}


def special():
    """Special tokens that other files name."""
    bert, roberta, albert = wordpiece(BERT), byte_bpe(ROBERTA), unigram(ALBERT, first="[CLS]", last="[SEP]")
    kinds = [
        ("bert", "bert", bert, {"tokenizer_class": "BertTokenizer", **named(BERT)}),
        ("generic", "bert", bert, {"tokenizer_class": GENERIC, **named(BERT)}),
        ("roberta", "roberta", roberta, {"tokenizer_class": "RobertaTokenizer"}),
        ("albert", "albert", albert, {"tokenizer_class": "AlbertTokenizer"}),
    ]
    legacy = {"<new>": 900, "query:": 901}
    for kind, model_type, tokenizer, config in kinds:
        mask = config.get("mask_token", "<mask>" if kind == "roberta" else "[MASK]")
        yield f"{kind}: additional", model_type, tokenizer, {
            **config, "additional_special_tokens": ["query:", "<new>"]}
        yield f"{kind}: extra", model_type, tokenizer, {
            **config, "extra_special_tokens": ["<new>", {"__type": "AddedToken", **token("query:", rstrip=True)}]}
        yield f"{kind}: by number", model_type, tokenizer, {
            **config, "added_tokens_decoder": {
                "7": token(mask, lstrip=True, rstrip=True), "950": token("<new>", normalized=True, special=False),
                "11": token("query:", single_word=True)}}, {
            "special_tokens_map.json": {"additional_special_tokens": ["the"]}, "added_tokens.json": {"cat": 3}}
        yield f"{kind}: map", model_type, tokenizer, config, {
            "special_tokens_map.json": {"additional_special_tokens": ["query:", "<new>"], "mask_token": token(mask, lstrip=True)}}
        yield f"{kind}: added", model_type, tokenizer, config, {"added_tokens.json": legacy}
        yield f"{kind}: split", model_type, tokenizer, {**config, "split_special_tokens": True}
    bert_config = kinds[0][3]
    yield "extra by name", "bert", bert, {
        **bert_config, "extra_special_tokens": {"query_token": "query:"}, "image_token": "<new>"}
    yield "two kinds of extra", "bert", bert, {
        **bert_config, "additional_special_tokens": ["query:"], "extra_special_tokens": ["<new>"]}
    yield "map over configuration", "bert", bert, {**bert_config, "cls_token": "the", "additional_special_tokens": ["<new>"]}, {
        "special_tokens_map.json": {"cls_token": "[MASK]", "additional_special_tokens": ["query:"]},
        "added_tokens.json": {"<new>": 5000, "tab": 5001}}
    yield "extra of a map", "bert", bert, {**bert_config, "extra_special_tokens": ["<new>"]}, {
        "special_tokens_map.json": {"extra_special_tokens": ["query:", {"content": "cat", "single_word": True}]}}
    yield "special tokens of qwen2", "qwen3", byte_bpe(["<|endoftext|>", "<|im_end|>"], normalizers.NFC()), {
        "tokenizer_class": "Qwen2Tokenizer", "additional_special_tokens": ["query:"],
        "added_tokens_decoder": {"299": token("<|im_end|>", lstrip=True), "300": token("query:", lstrip=True),
                                 "301": token("<new>", special=False, normalized=True)}}
    yield "special tokens of xlm-roberta", "xlm-roberta", unigram(ROBERTA, first="<s>", last="</s>"), {
        "tokenizer_class": "XLMRobertaTokenizer", "additional_special_tokens": ["<new>"],
        "mask_token": {"__type": "AddedToken", **token("<mask>", lstrip=True)}}


def ids(folder, model_type, tokenizer, config, files):
    files = {**files, "tokenizer.json": tokenizer, "tokenizer_config.json": config, "config.json": {"model_type": model_type}}
    for name, content in files.items():
        Path(folder, name).write_text(json.dumps(content), encoding="utf-8")
    loaded = AutoTokenizer.from_pretrained(folder)
    return type(loaded).__name__, loaded(TEXTS, truncation=True, padding=False, max_length=LIMIT)["input_ids"]


def place(shared, value):
    if value not in shared:
        shared.append(value)
    return shared.index(value)


def main():
    written, shared, rows = [], [], []
    for name, model_type, tokenizer, config, *more in [*known(), *special()]:
        config = {**config, "model_max_length": LIMIT}
        tokenizer = json.loads(tokenizer.to_str())
        files = more[0] if more else {}
        with tempfile.TemporaryDirectory() as folder:
            kind, tokens = ids(folder, model_type, tokenizer, config, files)
        print(f"{name:32} {kind}", tokens[3])
        model = place(shared, tokenizer.pop("model"))
        written.append({"name": name, "modelType": model_type, "class": kind, "tokenizer": tokenizer, "model": model,
                        "config": config, "files": files, "ids": [place(rows, row) for row in tokens]})
    versions = {"transformers": transformers.__version__, "tokenizers": tokenizers.__version__}
    out = {"versions": versions, "limit": LIMIT, "texts": TEXTS, "models": shared, "ids": rows, "folders": written}
    OUT.write_text(json.dumps(out, separators=(",", ":")) + "\n", encoding="utf-8")


main()
