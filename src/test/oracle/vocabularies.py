# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Small vocabularies of each kind, made of the texts themselves in ways that always give the same."""

import collections
import json
import math

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

import texts


def words(normalizer, pre_tokenizer):
    """How often each pre-token stands in the corpus."""
    counts = collections.Counter()
    for text in texts.CORPUS:
        normal = normalizer.normalize_str(text) if normalizer else text
        counts.update(word for word, _ in pre_tokenizer.pre_tokenize_str(normal))
    return counts


def pieces(counts, size, longest=7):
    """The single characters, then the pieces of words that stand for the most characters; with how often each occurs."""
    found = collections.Counter()
    for word, count in counts.items():
        for start in range(len(word)):
            for end in range(start + 1, min(len(word), start + longest) + 1):
                found[word[start:end]] += count
    characters = sorted(piece for piece in found if len(piece) == 1)
    longer = sorted((piece for piece in found if len(piece) > 1), key=lambda each: (-found[each] * len(each), each))
    return [(piece, found[piece]) for piece in (characters + longer)[:size]]


def wordpiece(special, size=400, lowercase=True):
    """A WordPiece vocabulary, piece to id: the special tokens, whole words and beginnings, and what goes on a word."""
    counts = words(
        normalizers.BertNormalizer(lowercase=lowercase, strip_accents=None), pre_tokenizers.BertPreTokenizer()
    )
    frequent = [word for word, count in sorted(counts.items(), key=lambda each: (-each[1], each[0])) if count > 2]
    characters = sorted({character for word in counts for character in word})
    vocabulary = dict.fromkeys([*special, *characters, *(f"##{each}" for each in characters if each.isalpha())])
    for word in frequent[: size // 5]:
        vocabulary.setdefault(word)
    for piece, _ in pieces(counts, 10 * size):
        if len(vocabulary) >= size:
            break
        if len(piece) > 1:
            vocabulary.setdefault(piece if len(piece) % 2 else f"##{piece}")
    return {piece: index for index, piece in enumerate(vocabulary)}


def byte_bpe(special, size=420, pre_tokenizer=None):
    """A byte-level BPE vocabulary, piece to id, and its merges; the special tokens come last."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer or pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    return trained(tokenizer, alphabet, size, [], special)


def piece_bpe(special, size=640):
    """A BPE vocabulary over characters as SentencePiece makes them, with a token for each byte, and its merges."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never")
    return trained(tokenizer, [], size, [*special, *(f"<0x{byte:02X}>" for byte in range(256))], [])


def trained(tokenizer, alphabet, size, first, last):
    trainer = trainers.BpeTrainer(vocab_size=size, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(texts.CORPUS, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    learned = sorted(model["vocab"], key=model["vocab"].get)
    vocabulary = {piece: index for index, piece in enumerate([*first, *learned, *last])}
    return vocabulary, [tuple(merge) for merge in model["merges"]]


def unigram(before, after=(), size=450):
    """A SentencePiece Unigram vocabulary, pieces and scores, between special tokens."""
    splitter = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    counted = [*pieces(words(None, splitter), size)]
    total = sum(count for _, count in counted)
    scored = [(piece, round(math.log(count / total), 4)) for piece, count in counted]
    return [*((piece, 0.0) for piece in before), *scored, *((piece, 0.0) for piece in after)]
