/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.embark.EmbedOptions;
import io.embark.torch.TorchRuntime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextPiecesTest {
    private static final TokenizersLibrary NATIVE = TokenizersLibrary.LIB;
    private static final int ROUNDS = 8;

    /** Words, signs and white space of all kinds, what tokenizers add, and what normalisers drop, join or part. */
    private static final List<String> SPLINTERS = List.of(
            "the",
            "cat",
            "x",
            "xx",
            "don't",
            "A",
            "\u00e9",
            "e\u0301",
            "\u0301",
            "\u0130",
            "\ufb01",
            "\uFDFA",
            "\u043c\u0438\u0440",
            "\u4e2d\u6587",
            "\uac00",
            "\u0e33",
            "\u0d4e",
            "\u05e9",
            "\u0640",
            "\u0149",
            "\u013f",
            "\u1e9a",
            "12",
            "1234",
            "\u00bd",
            " ",
            " ",
            " ",
            " ",
            "  ",
            "\n",
            "\t",
            "\r\n",
            "\u3000",
            "\u00a0",
            "\u200b",
            "\u2581",
            "\u0000",
            "\ufffd",
            "!",
            ".",
            ",",
            "'s",
            "``",
            "_",
            "\ud83d\ude00",
            "\u200d",
            "[CLS]",
            "[SEP]",
            "[MASK]",
            "<s>",
            "</s>",
            "<mask>",
            "cat dog",
            "<|endoftext|>",
            "\u2581the");

    @BeforeAll
    static void loadNatives() {
        TorchRuntime.start(EmbedOptions.defaults());
    }

    @Test
    void haveTheTokensOfTheWholeForEveryTokenizer() throws Exception {
        Random random = new Random(13);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            StringBuilder text = new StringBuilder();
            for (int part = 0; part < 200; part++) {
                text.append(SPLINTERS.get(random.nextInt(SPLINTERS.size())));
                text.append(random.nextBoolean() ? " " : "");
            }
            texts.add(text.toString());
        }
        int parted = 0;
        for (String tokenizer : SampleTokenizers.all()) {
            JsonObject json = TokenizerReader.read(
                    Path.of("tokenizer.json"), JsonParser.parseString(tokenizer).getAsJsonObject());
            TextPieces pieces = new TextPieces(WordBreaks.of(json), 8, 10_000);
            long handle = NATIVE.createTokenizerFromString(json.toString());
            for (String text : texts) {
                long[] whole = ids(handle, List.of(text));
                for (boolean fromEnd : new boolean[] {false, true}) {
                    TextPieces.Parted parts = pieces.part(text, fromEnd);
                    List<String> inOrder = new ArrayList<>(parts.pieces());
                    if (fromEnd) {
                        Collections.reverse(inOrder);
                    }
                    assertThat(parts.whole()).isTrue();
                    assertThat(String.join("", inOrder)).isEqualTo(text);
                    assertThat(ids(handle, inOrder))
                            .as("%s of '%s'", inOrder, json)
                            .isEqualTo(whole);
                    parted += inOrder.size() - 1;
                }
            }
            NATIVE.deleteTokenizer(handle);
        }
        assertThat(parted).isGreaterThan(5_000);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            aa bb         | aa bb           | aa bb          | true
            aaa bbb ccc   | aaa bbb, ' ccc' | ' ccc', aaa bbb | true
            aaaaaaaaaaaa  | aaaaaaaaaaaa    | aaaaaaaaaaaa   | true
            aaaaaaaaa bbb | aaaaaaaaa, ' bbb' | ' bbb', aaaaaaaaa | true
            aaaa  bbbb    | aaaa  bbbb      | aaaa  bbbb     | true
            aaaaaaaaaaaaaaaa | aaaaaaaaaaaa | aaaaaaaaaaaa   | false
            """)
    void endBeforeABlankBetweenTwoWords(String text, String fromStart, String fromEnd, boolean whole) {
        TextPieces pieces = new TextPieces(" ", 7, 12);
        assertThat(pieces.part(text, false).whole()).isEqualTo(whole);
        assertThat(pieces.part(text, true).whole()).isEqualTo(whole);
        assertThat(quoted(pieces.part(text, false).pieces())).isEqualTo(fromStart);
        assertThat(quoted(pieces.part(text, true).pieces())).isEqualTo(fromEnd);
    }

    @Test
    void endNowhereWhereNothingIsCertain() {
        TextPieces pieces = new TextPieces("", 7, 12);
        assertThat(pieces.part("aa bb cc dd", false).pieces()).containsExactly("aa bb cc dd");
        assertThat(pieces.part("aa bb cc dd ee ff", false))
                .isEqualTo(new TextPieces.Parted(List.of("aa bb cc dd "), false));
        assertThat(pieces.part("aa bb cc dd ee ff", true))
                .isEqualTo(new TextPieces.Parted(List.of("bb cc dd ee ff".substring(2)), false));
    }

    private static String quoted(List<String> pieces) {
        return pieces.stream()
                .map(piece -> piece.startsWith(" ") ? "'" + piece + "'" : piece)
                .collect(Collectors.joining(", "));
    }

    private static long[] ids(long handle, List<String> texts) {
        return texts.stream()
                .flatMapToLong(text -> {
                    long encoding = NATIVE.encode(handle, text, false);
                    long[] ids = NATIVE.getTokenIds(encoding);
                    NATIVE.deleteEncoding(encoding);
                    return LongStream.of(ids);
                })
                .toArray();
    }
}
