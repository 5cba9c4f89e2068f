/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import java.util.List;
import java.util.function.Predicate;

/** The classes of {@link TokenizerClasses} whose model is a WordPiece. */
final class WordPieceClasses {

    private WordPieceClasses() {}

    static TokenizerClass bert(Predicate<TokenizerBackend> lowerCase) {
        return TokenizerClass.of(
                        backend -> {
                            backend.basicWords(lowerCase.test(backend));
                            backend.wordPiece();
                        },
                        "unk_token",
                        "[UNK]",
                        "sep_token",
                        "[SEP]",
                        "pad_token",
                        "[PAD]",
                        "cls_token",
                        "[CLS]",
                        "mask_token",
                        "[MASK]")
                .ends(List.of("cls_token"), List.of("sep_token"));
    }

    /** It has no {@code __init__} of its own, so that the file's parts replace what BertTokenizer's builds, but for the ends. */
    static TokenizerClass convBert() {
        return TokenizerClass.asWritten(
                        "unk_token", "[UNK]",
                        "sep_token", "[SEP]",
                        "pad_token", "[PAD]",
                        "cls_token", "[CLS]",
                        "mask_token", "[MASK]")
                .ends(List.of("cls_token"), List.of("sep_token"));
    }

    static TokenizerClass mpnet() {
        return TokenizerClass.of(
                        WordPieceClasses::words,
                        "bos_token",
                        "<s>",
                        "eos_token",
                        "</s>",
                        "unk_token",
                        "[UNK]",
                        "sep_token",
                        "</s>",
                        "pad_token",
                        "<pad>",
                        "cls_token",
                        "<s>",
                        "mask_token",
                        "<mask>")
                .maskTakesBlanks()
                .ends(List.of("cls_token"), List.of("sep_token"));
    }

    static TokenizerClass funnel() {
        return TokenizerClass.of(
                        WordPieceClasses::words,
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
                .ends(List.of("cls_token"), List.of("sep_token"));
    }

    static TokenizerClass splinter() {
        return TokenizerClass.of(
                        WordPieceClasses::words,
                        "unk_token",
                        "[UNK]",
                        "sep_token",
                        "[SEP]",
                        "pad_token",
                        "[PAD]",
                        "cls_token",
                        "[CLS]",
                        "mask_token",
                        "[MASK]",
                        "question_token",
                        "[QUESTION]")
                .ends(List.of("cls_token"), List.of("sep_token"));
    }

    private static void words(TokenizerBackend backend) {
        backend.basicWords(backend.flag("do_lower_case", true));
        backend.wordPiece();
    }
}
