/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import static io.embark.text.TokenizerPieces.byteLevel;
import static io.embark.text.TokenizerPieces.metaspace;
import static io.embark.text.TokenizerPieces.replace;
import static io.embark.text.TokenizerPieces.split;
import static io.embark.text.TokenizerPieces.typed;

import com.google.gson.JsonObject;
import io.embark.text.TokenizerClass.Again;
import io.embark.text.TokenizerClass.Ends;
import io.embark.text.TokenizerClass.Whose;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The classes of {@link TokenizerClasses} whose model merges pairs: of bytes, or of characters. */
final class BytePairClasses {
    private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|";
    private static final String LINES_AND_BLANKS = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    /** {@code PRETOKENIZE_REGEX} of Qwen2Tokenizer. */
    private static final String QWEN2_PIECES = CONTRACTIONS + "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|"
            + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" + LINES_AND_BLANKS;
    /** The same of Qwen3_5Tokenizer, for which marks are letters. */
    private static final String QWEN3_5_PIECES = CONTRACTIONS + "[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}|"
            + " ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|" + LINES_AND_BLANKS;

    private BytePairClasses() {}

    private static Consumer<TokenizerBackend> bytes(boolean prefix) {
        return backend -> {
            backend.normalizer();
            backend.preTokenizer(byteLevel(backend.flag("add_prefix_space", prefix), true));
            backend.byteBpe();
        };
    }

    private static String[] endOfText(String... names) {
        List<String> tokens = new ArrayList<>();
        for (String name : names) {
            tokens.add(name);
            tokens.add("<|endoftext|>");
        }
        tokens.add("eos_token");
        tokens.add("<|endoftext|>");
        return tokens.toArray(String[]::new);
    }

    static TokenizerClass gpt2() {
        return TokenizerClass.of(bytes(false), endOfText("unk_token", "bos_token"));
    }

    static TokenizerClass qwen2() {
        return qwen(QWEN2_PIECES).again(Again.AS_PLAIN);
    }

    static TokenizerClass qwen3_5() {
        return qwen(QWEN3_5_PIECES);
    }

    static TokenizerClass roberta() {
        return TokenizerClass.of(bytes(false), UsualTokens.fairseq()).ends(List.of("cls_token"), List.of("sep_token"));
    }

    static TokenizerClass blenderbot() {
        return TokenizerClass.of(bytes(true), UsualTokens.fairseq()).maskTakesBlanks();
    }

    static TokenizerClass deberta() {
        return TokenizerClass.of(bytes(false), UsualTokens.clsAndSep("[UNK]", "[PAD]"))
                .ends(List.of("cls_token"), List.of("sep_token"));
    }

    static TokenizerClass gptNeoX() {
        return TokenizerClass.of(
                        backend -> {
                            bytes(false).accept(backend);
                            backend.normalizer(typed("NFC"));
                        },
                        "bos_token",
                        "<|endoftext|>",
                        "eos_token",
                        "<|endoftext|>",
                        "unk_token",
                        "<|endoftext|>",
                        "pad_token",
                        "<|padding|>")
                .ends(backend -> Ends.NONE, Whose.FLAGS);
    }

    static TokenizerClass cohere() {
        return TokenizerClass.of(
                        backend -> {
                            JsonObject digits = typed("Digits");
                            digits.addProperty("individual_digits", true);
                            backend.normalizer(typed("NFC"));
                            backend.preTokenizer(digits, byteLevel(backend.flag("add_prefix_space", false), true));
                            backend.byteBpe();
                        },
                        "bos_token",
                        "<BOS_TOKEN>",
                        "eos_token",
                        "<|END_OF_TURN_TOKEN|>",
                        "unk_token",
                        "<UNK>",
                        "sep_token",
                        "<SEP>",
                        "pad_token",
                        "<PAD>",
                        "cls_token",
                        "<CLS>",
                        "mask_token",
                        "<MASK_TOKEN>")
                .again(Again.AS_SPECIAL);
    }

    private static TokenizerClass qwen(String pieces) {
        return TokenizerClass.of(
                backend -> {
                    backend.normalizer(typed("NFC"));
                    backend.preTokenizer(
                            split("Regex", pieces, "Isolated"),
                            byteLevel(backend.flag("add_prefix_space", false), false));
                    backend.byteBpe();
                },
                endOfText("unk_token", "pad_token"));
    }

    static TokenizerClass llama() {
        return TokenizerClass.of(
                backend -> {
                    String prefixed = backend.flag("legacy", false) ? "always" : "first";
                    backend.normalizer();
                    backend.preTokenizer(metaspace(backend.flag("add_prefix_space", true) ? prefixed : "never", false));
                    backend.bpe(null, true, true);
                },
                "bos_token",
                "<s>",
                "eos_token",
                "</s>",
                "unk_token",
                "<unk>");
    }

    static TokenizerClass gemma() {
        return TokenizerClass.of(
                backend -> {
                    backend.normalizer(replace(" ", TokenizerPieces.WORD_START));
                    backend.preTokenizer(split("String", " ", "MergedWithPrevious"));
                    backend.bpe(backend.token("unk_token"), true, true);
                },
                "bos_token",
                "<bos>",
                "eos_token",
                "<eos>",
                "unk_token",
                "<unk>",
                "pad_token",
                "<pad>",
                "mask_token",
                "<mask>");
    }

    static TokenizerClass herbert() {
        return TokenizerClass.of(
                        backend -> {
                            backend.normalizer(TokenizerPieces.bertNormalizer(true, true, false, false));
                            backend.preTokenizer(typed("BertPreTokenizer"));
                            backend.bpe(backend.token("unk_token"), false, false);
                            backend.endOfWord("</w>");
                        },
                        "unk_token",
                        "<unk>",
                        "sep_token",
                        "</s>",
                        "pad_token",
                        "<pad>",
                        "cls_token",
                        "<s>",
                        "mask_token",
                        "<mask>")
                .ends(
                        backend -> {
                            String first = backend.token("cls_token");
                            String last = backend.token("sep_token");
                            Map<String, Integer> numbers = new HashMap<>(Map.of(last, 2));
                            numbers.put(first, 0);
                            return new Ends(List.of(first), List.of(last), numbers);
                        },
                        Whose.CLASS);
    }
}
