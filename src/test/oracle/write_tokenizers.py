# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Writes tokenizers and the ids that transformers gives for hard texts, for TokenizerGoldenTest.

Run by regenerate, with the versions that requirements.txt pins. With a number and a file it writes as many random texts
into that file instead, and `mvn surefire:test -Dtest=TokenizerGoldenTest -Dembark.tokenizers=FILE` compares them.
Vocabularies are those of vocabularies.py, since the library's own trainers give others each time. What several
tokenizers share is written once.
"""

import json
import random
import re
import sys
import tempfile
from pathlib import Path

import tokenizers
import transformers
import vocabularies
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import AutoTokenizer
from transformers.models.auto import tokenization_auto
from transformers.tokenization_python import PythonBackend
from transformers.tokenization_utils_base import PreTrainedTokenizerBase
from transformers.tokenization_utils_tokenizers import TokenizersBackend

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
    yield (
        "bert cased",
        "bert",
        wordpiece(BERT, cased=True),
        {
            "tokenizer_class": "BertTokenizerFast",
            "do_lower_case": False,
            "tokenize_chinese_chars": False,
            **named(BERT),
        },
    )
    yield (
        "distilbert",
        "distilbert",
        bert,
        {"tokenizer_class": "DistilBertTokenizer", "strip_accents": False, **named(BERT)},
    )
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
    yield (
        "roberta with a prefix",
        "roberta",
        roberta,
        {"tokenizer_class": "RobertaTokenizerFast", "add_prefix_space": True},
    )
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
    declared = {
        "tokenizer_class": "Qwen2Tokenizer",
        "pad_token": "<|endoftext|>",
        "eos_token": "<|im_end|>",
        "padding_side": "left",
    }
    yield "qwen2", "qwen3", qwen, declared
    yield "qwen2 without bos", "qwen3", qwen, {**declared, "add_bos_token": False}
    yield "qwen2 with eos", "qwen3", qwen, {**declared, "add_bos_token": False, "add_eos_token": True}
    yield "qwen3.5", "bert", qwen, {**declared, "tokenizer_class": "Qwen3_5Tokenizer"}

    gemma = piece_bpe(["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"], "<bos>", "<eos>")
    yield "gemma", "gemma3_text", gemma, {"tokenizer_class": "GemmaTokenizer"}
    yield (
        "gemma with flags",
        "gemma3_text",
        gemma,
        {"tokenizer_class": "GemmaTokenizerFast", "add_bos_token": True, "add_eos_token": True},
    )
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
    yield (
        "t5",
        "t5",
        t5,
        {"tokenizer_class": "T5Tokenizer", "extra_ids": 0, "additional_special_tokens": ["<extra_id_0>"]},
    )
    yield "t5 with extra ids", "t5", t5, {"tokenizer_class": "T5Tokenizer", "extra_ids": 2}
    yield (
        "pegasus",
        "t5",
        unigram(["<pad>", "</s>", "<mask_2>", "<unk>"], last="</s>"),
        {"tokenizer_class": "PegasusTokenizer", "offset": 4},
    )
    albert = unigram(ALBERT, first="[CLS]", last="[SEP]")
    yield "albert", "albert", albert, {"tokenizer_class": "AlbertTokenizer"}
    yield (
        "albert cased",
        "albert",
        albert,
        {"tokenizer_class": "AlbertTokenizerFast", "do_lower_case": False, "keep_accents": True},
    )
    yield "fnet for bert", "bert", albert, {"tokenizer_class": "FNetTokenizer"}
    yield (
        "rembert",
        "bert",
        unigram(["<pad>", "[CLS]", "<unk>", "[SEP]", "[MASK]"], first="[CLS]"),
        {"tokenizer_class": "RemBertTokenizerFast"},
    )
    deberta = unigram(["[PAD]", "[CLS]", "[SEP]", "[UNK]"], ["[MASK]"], first="[CLS]", last="[SEP]")
    yield "deberta-v2", "deberta-v2", deberta, {"tokenizer_class": "DebertaV2Tokenizer"}
    yield (
        "deberta-v2 with flags",
        "deberta-v2",
        deberta,
        {"tokenizer_class": "DebertaV2TokenizerFast", "do_lower_case": True, "split_by_punct": True},
    )
    yield (
        "big bird",
        "bert",
        unigram(["<pad>", "</s>", "<s>", "<unk>", "[SEP]", "[MASK]", "[CLS]"]),
        {"tokenizer_class": "BigBirdTokenizerFast"},
    )
    yield (
        "xlnet",
        "bert",
        unigram(["<unk>", "<s>", "</s>", "<cls>", "<sep>", "<pad>", "<mask>", "<eod>", "<eop>"]),
        {"tokenizer_class": "XLNetTokenizer"},
    )
    yield (
        "generic with flags",
        "bert",
        bert,
        {"tokenizer_class": GENERIC, "add_eos_token": True, "eos_token": "[SEP]", **named(BERT)},
    )
    yield (
        "cut at the start",
        "bert",
        bert,
        {"tokenizer_class": "BertTokenizer", "truncation_side": "left", **named(BERT)},
    )


def token(content, **flags):
    return {
        "content": content,
        "lstrip": False,
        "rstrip": False,
        "single_word": False,
        "normalized": False,
        "special": True,
        **flags,
    }


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
        yield f"{kind}: additional", model_type, tokenizer, {**config, "additional_special_tokens": ["query:", "<new>"]}
        yield (
            f"{kind}: extra",
            model_type,
            tokenizer,
            {**config, "extra_special_tokens": ["<new>", {"__type": "AddedToken", **token("query:", rstrip=True)}]},
        )
        yield (
            f"{kind}: by number",
            model_type,
            tokenizer,
            {
                **config,
                "added_tokens_decoder": {
                    "7": token(mask, lstrip=True, rstrip=True),
                    "950": token("<new>", normalized=True, special=False),
                    "11": token("query:", single_word=True),
                },
            },
            {"special_tokens_map.json": {"additional_special_tokens": ["the"]}, "added_tokens.json": {"cat": 3}},
        )
        yield (
            f"{kind}: map",
            model_type,
            tokenizer,
            config,
            {
                "special_tokens_map.json": {
                    "additional_special_tokens": ["query:", "<new>"],
                    "mask_token": token(mask, lstrip=True),
                }
            },
        )
        yield f"{kind}: added", model_type, tokenizer, config, {"added_tokens.json": legacy}
        yield f"{kind}: split", model_type, tokenizer, {**config, "split_special_tokens": True}
    bert_config = kinds[0][3]
    yield (
        "extra by name",
        "bert",
        bert,
        {**bert_config, "extra_special_tokens": {"query_token": "query:"}, "image_token": "<new>"},
    )
    yield (
        "two kinds of extra",
        "bert",
        bert,
        {**bert_config, "additional_special_tokens": ["query:"], "extra_special_tokens": ["<new>"]},
    )
    yield (
        "map over configuration",
        "bert",
        bert,
        {**bert_config, "cls_token": "the", "additional_special_tokens": ["<new>"]},
        {
            "special_tokens_map.json": {"cls_token": "[MASK]", "additional_special_tokens": ["query:"]},
            "added_tokens.json": {"<new>": 5000, "tab": 5001},
        },
    )
    yield (
        "extra of a map",
        "bert",
        bert,
        {**bert_config, "extra_special_tokens": ["<new>"]},
        {"special_tokens_map.json": {"extra_special_tokens": ["query:", {"content": "cat", "single_word": True}]}},
    )
    yield (
        "special tokens of qwen2",
        "qwen3",
        byte_bpe(["<|endoftext|>", "<|im_end|>"], normalizers.NFC()),
        {
            "tokenizer_class": "Qwen2Tokenizer",
            "additional_special_tokens": ["query:"],
            "added_tokens_decoder": {
                "299": token("<|im_end|>", lstrip=True),
                "300": token("query:", lstrip=True),
                "301": token("<new>", special=False, normalized=True),
            },
        },
    )
    yield (
        "special tokens of xlm-roberta",
        "xlm-roberta",
        unigram(ROBERTA, first="<s>", last="</s>"),
        {
            "tokenizer_class": "XLMRobertaTokenizer",
            "additional_special_tokens": ["<new>"],
            "mask_token": {"__type": "AddedToken", **token("<mask>", lstrip=True)},
        },
    )


def vocabulary():
    """Folders without a tokenizer.json."""
    words = "\n".join([*vocabularies.wordpiece(BERT.values(), size=250), "caf\u00e9\u00a0 ", "cat\r\n"])
    pieces, merges = vocabularies.byte_bpe(ROBERTA, size=300)
    files = {"vocab.json": pieces, "merges.txt": "#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges)}
    yield "vocab.txt", "bert", None, {}, {"vocab.txt": words}
    yield (
        "vocab.txt of mpnet",
        "mpnet",
        None,
        {"tokenizer_class": "MPNetTokenizer", "cls_token": "[CLS]"},
        {"vocab.txt": words, "added_tokens.json": {"query:": 600}},
    )
    yield (
        "vocab.txt of convbert",
        "bert",
        None,
        {"tokenizer_class": "ConvBertTokenizer", "do_lower_case": False},
        {"vocab.txt": words},
    )
    yield "merges", "roberta", None, {"tokenizer_class": "RobertaTokenizerFast"}, files
    yield (
        "merges of qwen2 with eos",
        "qwen3",
        None,
        {"tokenizer_class": "Qwen2Tokenizer", "add_eos_token": True, "eos_token": "</s>"},
        files,
    )
    yield "merges of gpt2 with bos", "bert", None, {"tokenizer_class": "GPT2Tokenizer", "add_bos_token": True}, files
    yield (
        "merges of gpt neox with bos",
        "bert",
        None,
        {"tokenizer_class": "GPTNeoXTokenizer", "add_bos_token": True, "bos_token": "<s>"},
        files,
    )
    yield "merges of deberta", "bert", None, {"tokenizer_class": "DebertaTokenizer"}, files
    yield "merges of blenderbot", "bert", None, {"tokenizer_class": "BlenderbotTokenizer"}, files


def ids(folder, model_type, tokenizer, config, files, texts, limit):
    whole = {"tokenizer.json": tokenizer} if tokenizer else {}
    files = {**files, **whole, "tokenizer_config.json": config, "config.json": {"model_type": model_type}}
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        Path(folder, name).write_text(text, encoding="utf-8")
    loaded = AutoTokenizer.from_pretrained(folder)
    return type(loaded).__name__, loaded(texts, truncation=True, padding=False, max_length=limit)["input_ids"]


class Shared:
    """Values that several share, each once."""

    def __init__(self):
        self.places = {}

    def place(self, value):
        return self.places.setdefault(json.dumps(value), len(self.places))

    def values(self):
        return [json.loads(value) for value in self.places]


def random_texts(count):
    """Words, special tokens, blanks and characters of all planes, in any order."""
    choose = random.Random(17)
    words = " ".join(TEXTS).split() + ["[MASK]", "<mask>", "<new>", "query:", "the", "cat", "'s", "``", "''", "\u2581"]
    blanks = [" ", "  ", "\t", "\n", "\r\n", "\u00a0", "\u3000", "\u2028", "", ""]
    ranges = [
        (0x20, 0x7F),
        (0xA0, 0x24F),
        (0x300, 0x36F),
        (0x370, 0x6FF),
        (0x900, 0xDFF),
        (0x1E00, 0x20CF),
        (0x2100, 0x2BFF),
        (0x3000, 0x30FF),
        (0x4E00, 0x9FFF),
        (0xAC00, 0xD7A3),
        (0xF900, 0xFFEF),
        (0x1F300, 0x1FAFF),
        (0, 0x1F),
        (0x20000, 0x2FFFF),
    ]

    def piece():
        if choose.random() < 0.5:
            return choose.choice(words)
        low, high = choose.choice(ranges)
        return "".join(chr(choose.randint(low, high)) for _ in range(choose.randint(1, 4)))

    return ["".join(piece() + choose.choice(blanks) for _ in range(choose.randint(1, 12))) for _ in range(count)]


def classes():
    """By the names that a file may give as its tokenizer_class: the class, and what it does with a tokenizer.json."""
    names = {name for name in tokenization_auto.TOKENIZER_MAPPING_NAMES.values() if name}
    for file in Path(transformers.__file__).parent.glob("models/*/tokenization_*.py"):
        source = file.read_text(encoding="utf-8")
        names.update(re.findall(r"^(?:class )?(\w+Tokenizer)(?:Fast)?(?:\(| = )", source, re.M))
    names.update(["BartTokenizer", "ElectraTokenizer", "LongformerTokenizer", "BloomTokenizer", "PreTrainedTokenizer"])
    found = {}
    for name in sorted(names):
        kind = tokenization_auto.tokenizer_class_from_name(name)
        if kind in (None, TokenizersBackend, PythonBackend):
            found[name] = ["", "reads"]
        elif issubclass(kind, TokenizersBackend):
            inherits = kind.__init__ is TokenizersBackend.__init__
            found[name] = [kind.__name__, "reads" if inherits else "builds"]
        elif issubclass(kind, PreTrainedTokenizerBase):
            found[name] = [kind.__name__, "python"]
    return found


def types():
    """The class that each model_type has by itself; those whose files are not asked for it begin with a sign."""
    wrong = tokenization_auto.MODELS_WITH_INCORRECT_HUB_TOKENIZER_CLASS
    mapped = tokenization_auto.TOKENIZER_MAPPING_NAMES
    return {name: ("!" if name in wrong else "") + kind for name, kind in sorted(mapped.items()) if kind}


def write(out, texts, limit):
    written, shared, rows = [], Shared(), Shared()
    for name, model_type, tokenizer, config, *more in [*known(), *special(), *vocabulary()]:
        config = {**config, "model_max_length": limit}
        tokenizer = tokenizer and json.loads(tokenizer.to_str())
        files = more[0] if more else {}
        with tempfile.TemporaryDirectory() as folder:
            kind, tokens = ids(folder, model_type, tokenizer, config, files, texts, limit)
        print(f"{name:32} {kind}", tokens[3])
        whole = {"model": shared.place(tokenizer.pop("model")), "tokenizer": tokenizer} if tokenizer else {}
        written.append(
            {
                "name": name,
                "modelType": model_type,
                "class": kind,
                **whole,
                "config": config,
                "files": files,
                "ids": [rows.place(row) for row in tokens],
            }
        )
    versions = {"transformers": transformers.__version__, "tokenizers": tokenizers.__version__}
    all_of_it = {
        "versions": versions,
        "classes": classes(),
        "types": types(),
        "limit": limit,
        "texts": texts,
        "models": shared.values(),
        "ids": rows.values(),
        "folders": written,
    }
    out.write_text(json.dumps(all_of_it, separators=(",", ":")) + "\n", encoding="utf-8")


if len(sys.argv) == 3:
    write(Path(sys.argv[2]), random_texts(int(sys.argv[1])), 64)
else:
    write(OUT, TEXTS, LIMIT)
