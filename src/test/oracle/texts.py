# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""The texts that every fixture embeds, and the words that its vocabulary is made of."""

SENTENCES = [
    "The quick brown fox jumps over the lazy dog.",
    "A river runs through the old town and under three stone bridges.",
    "How do I reset the password of my account?",
    "Embeddings turn sentences into vectors that can be compared.",
    "She sold sea shells by the sea shore, and nobody asked why.",
    "The committee will meet on Tuesday at nine in the morning.",
    "Water boils at 100 degrees Celsius at sea level.",
    "An executor reads its partition, embeds each row and writes the result.",
    "It was the best of times, it was the worst of times.",
    "Please return the books before the end of the month.",
    "Photosynthesis converts light into chemical energy.",
    "The stock fell 3.7% after the company's earnings report.",
    "Two plus two equals four, except on Sundays.",
    "My grandmother's recipe needs flour, butter, sugar and patience.",
    "Which of these documents answers the question best?",
    "The train to the north leaves from platform seven.",
    "Distributed systems fail in ways that single machines cannot.",
    "He did not know what to say, so he said nothing at all.",
    "Children under twelve travel free when accompanied by an adult.",
    "The museum is closed for renovation until further notice.",
]

MULTILINGUAL = [
    "Der schnelle braune Fuchs springt \u00fcber den faulen Hund.",
    "Stra\u00dfe, Gr\u00f6\u00dfe, \u00c4rger und \u00dcbermut",
    "O\u00f9 est la gare, s'il vous pla\u00eet ?",
    "L'\u00e9l\u00e8ve a oubli\u00e9 son cahier \u00e0 l'\u00e9cole.",
    "\u00bfD\u00f3nde est\u00e1 la biblioteca? \u00a1All\u00ed!",
    "N\u00e3o h\u00e1 almo\u00e7os gr\u00e1tis, s\u00f3 cora\u00e7\u00f5es.",
    "Za\u017c\u00f3\u0142\u0107 g\u0119\u015bl\u0105 ja\u017a\u0144",
    "\u0130stanbul'da ya\u011fmur ya\u011f\u0131yor, \u0131\u015f\u0131k yok.",
    "\u0421\u044a\u0435\u0448\u044c \u0436\u0435 \u0435\u0449\u0451 \u044d\u0442\u0438\u0445 \u043c\u044f\u0433\u043a\u0438\u0445 \u0431\u0443\u043b\u043e\u043a.",
    "\u041f\u0440\u0438\u0432\u0435\u0442, \u043a\u0430\u043a \u0434\u0435\u043b\u0430?",
    "\u039e\u03b5\u03c3\u03ba\u03b5\u03c0\u03ac\u03b6\u03c9 \u03c4\u1f74\u03bd \u03c8\u03c5\u03c7\u03bf\u03c6\u03b8\u03cc\u03c1\u03b1 \u03b2\u03b4\u03b5\u03bb\u03c5\u03b3\u03bc\u03af\u03b1.",
    "\u6211\u559c\u6b22\u5b66\u4e60\u4e2d\u6587\uff0c\u4f60\u5462\uff1f",
    "\u5411\u91cf\u6570\u636e\u5e93 stores \u6587\u672c embeddings",
    "\u6771\u4eac\u306f\u65e5\u672c\u306e\u9996\u90fd\u3067\u3059\u3002",
    "\u30ab\u30bf\u30ab\u30ca\u3068\u3072\u3089\u304c\u306a \uff76\uff80\uff76\uff85",
    "\uc548\ub155\ud558\uc138\uc694 \uc138\uacc4",
    "\u1112\u1161\u11ab\u1100\u1173\u11af in single letters",
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645",
    "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd and back",
    "\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e",
    "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e0a\u0e32\u0e27\u0e42\u0e25\u0e01",
    "Ti\u1ebfng Vi\u1ec7t c\u00f3 nhi\u1ec1u d\u1ea5u",
]

ODD = [
    "",
    " ",
    "   ",
    "\t",
    "\n",
    "\r\n\r\n",
    "\u00a0",
    "\u2003\u3000",
    " leading blank",
    "   three leading blanks",
    "trailing blank ",
    "trailing newline\n",
    "\n both \t",
    "two  blanks and   three inside",
    "tab\tand\nnewline inside",
    "no\u00a0break\u2009thin\u3000wide",
    "zero\u200bwidth\u200cjoin\u200der\ufeffbom",
    "soft\u00adhyphen",
    "\U0001f600",
    "\U0001f600\U0001f601\U0001f602 three of them",
    "family \U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 and flag \U0001f1e9\U0001f1ea",
    "thumbs \U0001f44d\U0001f3fd up \u2764\ufe0f",
    "\U00020000 \U0001d54f rare planes",
    "e\u0301 is \u00e9, \ufb01 is fi, \u2460 is 1, \uff21\uff22\uff23 is ABC",
    "\u1e9e \u0130 \u0131 \u01c5 \u00df \u017f",
    "control \u0001\u0002\u007f characters",
    "replacement \ufffd character",
    "ALL CAPITALS SHOUT",
    "cAmElCaSe and snake_case and kebab-case",
    "don't can't I'll we've you're he's they'd",
    "DON'T CAN'T I'LL",
    "1234567890",
    "3.14159 1,000,000 -42 1e-5 0x1F",
    "2024-02-29T23:59:59Z",
    "!!!???...,,,;;;",
    "(a) [b] {c} <d> \"e\" 'f' `g` \u00ab\u00bb \u201c\u201d",
    "a@b.example https://example.org/x?y=1&z=2#top",
    "def f(x): return x ** 2  # comment",
    "SELECT id, embed(body) FROM t WHERE id > 10;",
    "$100 \u20ac50 \u00a320 \u00a510 5\u00b0C 50% \u00bd",
    "[CLS] special [SEP] words [MASK]",
    "<s> special </s> words <mask>",
    "[PAD] in the middle [PAD]",
    "<pad> in the middle <pad> again",
    "<bos> and <eos> and <unk> and [UNK]",
    "<|endoftext|> in the middle <|endoftext|>",
    "\u2581 the metaspace itself \u2581\u2581",
    "##ing and \u0120word",
    "search_query: what is a vector?",
    "query: how tall is it",
    "a",
    "I",
    "\u4e2d",
    "?",
    "antidisestablishmentarianism",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "x" * 150,
    "\u4e2d\u6587" * 60,
    "\U0001f600" * 40,
    "-" * 100,
]


def _ladder():
    """Texts of ever more words, so that every length from one token to far beyond any limit is there."""
    words = " ".join(SENTENCES).split(" ")
    for count in [*range(1, 21), 23, 26, 29, 32, 35, 38, 41, 44, 47, 50, 54, 58, 62, 66, 80, 100, 130, 160, 200, 300]:
        start = count * 7 % len(words)
        yield " ".join((words * 4)[start : start + count])


ALL = [
    *SENTENCES,
    *MULTILINGUAL,
    *ODD,
    *_ladder(),
    *(sentence.lower() for sentence in SENTENCES[:6]),
    *(sentence.upper() for sentence in SENTENCES[6:10]),
    *(f"{MULTILINGUAL[i]} {SENTENCES[i]} {MULTILINGUAL[i + 5]} {ODD[i + 20]}" for i in range(15)),
]

# What vocabularies are made of: half of the sentences, so that the other half falls into pieces.
CORPUS = [*SENTENCES[::2], *SENTENCES[::2], *MULTILINGUAL[:12], *(sentence.lower() for sentence in SENTENCES[::2])]
