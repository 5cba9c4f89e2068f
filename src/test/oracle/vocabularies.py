"""Small vocabularies of each kind, made of the texts themselves in ways that always give the same."""

import collections

from tokenizers import normalizers, pre_tokenizers

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
