/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import static io.embark.text.TokenizerPieces.metaspace;
import static io.embark.text.TokenizerPieces.replace;
import static io.embark.text.TokenizerPieces.replaceAll;
import static io.embark.text.TokenizerPieces.stripEnd;
import static io.embark.text.TokenizerPieces.typed;

import com.google.gson.JsonObject;
import io.embark.text.TokenizerClass.Again;
import io.embark.text.TokenizerClass.Ends;
import io.embark.text.TokenizerClass.Whose;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The classes of {@link TokenizerClasses} whose model is a Unigram, as SentencePiece makes it. */
final class UnigramClasses {
    private static final String BLANKS = " {2,}";
    private static final String BLANKS_AND_BREAKS = "\\s{2,}|[\\n\\r\\t]";
    /** More than any tokenizer has; those are refused later. */
    private static final int MOST_EXTRA = 100_000;

    private UnigramClasses() {}

    static TokenizerClass xlmRoberta() {
        return TokenizerClass.of(
                        backend -> {
                            backend.normalizer(backend.characterTable());
                            backend.separateWords(backend.flag("add_prefix_space", true));
                            backend.unigram(3);
                        },
                        UsualTokens.fairseq())
                .ends(List.of("bos_token"), List.of("eos_token"));
    }

    static TokenizerClass camembert() {
        return TokenizerClass.of(
                        backend -> {
                            backend.normalizer(backend.characterTable());
                            backend.separateWords(backend.flag("add_prefix_space", true));
                            backend.unigram(
                                    backend.first(backend.token("unk_token")).orElse(0));
                        },
                        UsualTokens.fairseq())
                .maskTakesBlanks()
                .extra(backend -> List.of("<s>NOTUSED", "</s>NOTUSED", "<unk>NOTUSED"))
                .ends(List.of("bos_token"), List.of("eos_token"));
    }

    static TokenizerClass t5() {
        return TokenizerClass.of(
                        backend -> {
                            backend.normalizer(backend.characterTable());
                            backend.separateWords(true);
                            backend.unigram(2);
                        },
                        "eos_token",
                        "</s>",
                        "unk_token",
                        "<unk>",
                        "pad_token",
                        "<pad>")
                .extra(backend -> numbered("<extra_id_%s>", 0, backend.number("extra_ids", 100)))
                .ends(List.of(), List.of("eos_token"));
    }

    private static List<String> numbered(String token, int start, int end) {
        return IntStream.range(start, Math.min(end, MOST_EXTRA))
                .mapToObj(token::formatted)
                .toList();
    }

    static TokenizerClass albert() {
        return TokenizerClass.of(
                        backend -> {
                            backend.normalizer(foldedQuotes(
                                    backend, backend.flag("keep_accents", false), backend.flag("do_lower_case", true)));
                            backend.separateWords(backend.flag("add_prefix_space", true));
                            backend.unigram(1);
                        },
                        UsualTokens.clsAndSep("<unk>", "<pad>"))
                .ends(
                        backend -> new Ends(List.of(backend.token("cls_token")), List.of(backend.token("sep_token"))),
                        Whose.FILE_BEFORE_CLASS);
    }

    private static List<JsonObject> foldedQuotes(
            TokenizerBackend backend, boolean keepsAccents, boolean lowerCase, JsonObject... more) {
        List<JsonObject> steps = new ArrayList<>(List.of(replace("``", "\""), replace("''", "\"")));
        steps.addAll(List.of(more));
        if (!keepsAccents) {
            steps.add(typed("NFKD"));
            steps.add(typed("StripAccents"));
        }
        if (lowerCase) {
            steps.add(typed("Lowercase"));
        }
        return backend.withCharacterTable(false, steps);
    }

    static TokenizerClass debertaV2() {
        return TokenizerClass.of(
                        backend -> {
                            List<JsonObject> steps = new ArrayList<>();
                            if (backend.flag("do_lower_case", false)) {
                                steps.add(typed("Lowercase"));
                            }
                            steps.addAll(List.of(replaceAll(BLANKS_AND_BREAKS, " "), typed("NFC"), stripEnd()));
                            backend.normalizer(steps);
                            JsonObject words =
                                    metaspace(backend.flag("add_prefix_space", true) ? "always" : "first", true);
                            if (backend.flag("split_by_punct", false)) {
                                JsonObject signs = typed("Punctuation");
                                signs.addProperty("behavior", "Isolated");
                                backend.preTokenizer(signs, words);
                            } else {
                                backend.preTokenizer(words);
                            }
                            backend.unigram(backend.firstWithoutScore(backend.token("unk_token"), 0)
                                    .orElse(backend.number("unk_id", 1)));
                        },
                        UsualTokens.clsAndSep("[UNK]", "[PAD]"))
                .ends(List.of("cls_token"), List.of("sep_token"));
    }

    static TokenizerClass barthez() {
        return TokenizerClass.of(
                        backend -> {
                            backend.normalizer(replaceAll(BLANKS_AND_BREAKS, " "), typed("NFC"), stripEnd());
                            joinedWords(backend);
                            backend.unigram(3);
                        },
                        UsualTokens.fairseq())
                .maskTakesBlanks();
    }

    /** {@code Metaspace} alone. */
    private static void joinedWords(TokenizerBackend backend) {
        backend.preTokenizer(metaspace(TokenizerBackend.scheme(backend.flag("add_prefix_space", true)), true));
    }

    static TokenizerClass bigBird() {
        return TokenizerClass.of(
                        backend -> {
                            backend.normalizer(replaceAll(BLANKS, TokenizerPieces.WORD_START));
                            joinedWords(backend);
                            backend.unigram(backend.firstWithoutScore(backend.token("unk_token"), 0)
                                    .orElse(100));
                        },
                        "bos_token",
                        "<s>",
                        "eos_token",
                        "</s>",
                        "unk_token",
                        "<unk>",
                        "sep_token",
                        "[SEP]",
                        "pad_token",
                        "<pad>",
                        "cls_token",
                        "[CLS]",
                        "mask_token",
                        "[MASK]")
                .maskTakesBlanks()
                .ends(List.of("cls_token"), List.of("sep_token"));
    }

    static TokenizerClass remBert() {
        return TokenizerClass.of(
                        backend -> {
                            backend.normalizer(foldedQuotes(
                                    backend,
                                    backend.flag("keep_accents", true),
                                    backend.flag("do_lower_case", false),
                                    replaceAll(BLANKS, " ")));
                            joinedWords(backend);
                            backend.unigram(2);
                        },
                        UsualTokens.clsAndSep("<unk>", "<pad>"))
                .again(Again.AS_SPECIAL)
                .ends(List.of("cls_token"), List.of("sep_token"));
    }

    static TokenizerClass pegasus() {
        return TokenizerClass.of(
                        backend -> {
                            List<JsonObject> table = backend.characterTable();
                            backend.normalizer(
                                    table.isEmpty() ? replaceAll("\\n", " ") : table.get(0), replaceAll(BLANKS, " "));
                            backend.preTokenizer(metaspace("always", true));
                            backend.unigram(backend.firstWithoutScore(backend.token("unk_token"), 1)
                                    .orElse(Integer.MAX_VALUE - 1));
                        },
                        "eos_token",
                        "</s>",
                        "unk_token",
                        "<unk>",
                        "pad_token",
                        "<pad>",
                        "mask_token",
                        "<mask_2>")
                .extra(backend -> {
                    List<String> tokens = new ArrayList<>(List.of("<mask_1>"));
                    tokens.addAll(numbered("<unk_%s>", 2, backend.number("offset", 103)));
                    return tokens;
                })
                .ends(List.of(), List.of("eos_token"));
    }

    static TokenizerClass xlnet() {
        return TokenizerClass.of(
                        backend -> {
                            backend.normalizer(foldedQuotes(backend, false, backend.flag("do_lower_case", false)));
                            backend.separateWords(true);
                            backend.unigram(backend.number("unk_id", 0));
                        },
                        "bos_token",
                        "<s>",
                        "eos_token",
                        "</s>",
                        "unk_token",
                        "<unk>",
                        "sep_token",
                        "<sep>",
                        "pad_token",
                        "<pad>",
                        "cls_token",
                        "<cls>",
                        "mask_token",
                        "<mask>")
                .maskTakesBlanks()
                .extra(backend -> List.of("<eop>", "<eod>"))
                .ends(List.of(), List.of("sep_token", "cls_token"));
    }

    static TokenizerClass xglm() {
        return TokenizerClass.of(
                        backend -> {
                            backend.normalizer(backend.withCharacterTable(true, List.of(replaceAll(BLANKS, " "))));
                            joinedWords(backend);
                            backend.unigram(3);
                        },
                        "bos_token",
                        "<s>",
                        "eos_token",
                        "</s>",
                        "unk_token",
                        "<unk>",
                        "sep_token",
                        "</s>",
                        "pad_token",
                        "<pad>",
                        "cls_token",
                        "<s>")
                .extra(backend -> numbered("<madeupword%s>", 0, 7))
                .ends(List.of("eos_token"), List.of());
    }
}
