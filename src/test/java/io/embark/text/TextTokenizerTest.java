/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.model.ModelFolder;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.ModelReference;
import io.embark.torch.TorchRuntime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The builder's tokenizer knows [PAD] [UNK] [CLS] [SEP] a b c d the cat dog sat on mat ##s . , and so on, as 0, 1, 2 ... */
class TextTokenizerTest {
    private static final int UNKNOWN = 1;
    private static final int FIRST = 2;
    private static final int LAST = 3;
    private static final int CAT = 9;
    private static final int LIMIT = 10;

    @TempDir
    static Path temporary;

    private static ModelFolder folder;
    private static TextTokenizer tokenizer;

    @BeforeAll
    static void open() {
        TorchRuntime.start(EmbedOptions.defaults());
        folder = ModelReference.open(
                ModelFolderBuilder.in(temporary.resolve("tiny")).write().toString(), temporary);
        tokenizer = TextTokenizer.open(folder, LIMIT);
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @Test
    void numbersTheTokensOfEachTextInOrder() {
        List<TokenizedText> tokenized = tokenizer.tokenize(List.of("The cats sat.", "", "dog"));
        assertThat(tokenized)
                .extracting(TokenizedText::ids)
                .containsExactly(
                        new int[] {FIRST, 8, CAT, 15, 11, 16, LAST}, new int[] {FIRST, LAST}, new int[] {FIRST, 10, LAST
                        });
        assertThat(tokenized).noneMatch(TokenizedText::truncated);
    }

    @Test
    void tokenizesNoTexts() {
        assertThat(tokenizer.tokenize(List.of())).isEmpty();
    }

    @Test
    void keepsTheOrderOfMoreTextsThanOneNativeCallTakes() {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            texts.add("a ".repeat(i % 9));
        }
        List<TokenizedText> tokenized = tokenizer.tokenize(texts);
        for (int i = 0; i < texts.size(); i++) {
            assertThat(tokenized.get(i).ids()).hasSize(2 + Math.min(8, i % 9));
        }
    }

    @ParameterizedTest
    @CsvSource({"7, 9, false", "8, 10, false", "9, 10, true", "100, 10, true"})
    void isTruncatedOnlyBeyondTheLimit(int words, int tokens, boolean truncated) {
        TokenizedText text = only("cat ".repeat(words));
        assertThat(text.ids()).hasSize(tokens).startsWith(FIRST, CAT).endsWith(CAT, LAST);
        assertThat(text.truncated()).isEqualTo(truncated);
    }

    @Test
    void readsNoMoreThan250CharsForEachTokenOfTheLimit() {
        assertThat(tokenizer.maxChars()).isEqualTo(2_500);
        String blanks = " ".repeat(2_500 - 3);
        assertThat(only("dog" + blanks).truncated()).isFalse();
        assertThat(only(blanks + "dog").ids()).containsExactly(FIRST, 10, LAST);

        TokenizedText longer = only("cat" + blanks + "dog");
        assertThat(longer.ids()).containsExactly(FIRST, CAT, LAST);
        assertThat(longer.truncated()).isTrue();
    }

    @Test
    void isTheSameForACellOf10MegabytesAsForItsFirstChars() {
        String cell = "the cat sat on a mat. ".repeat(500_000);
        assertThat(only(cell).ids())
                .isEqualTo(only(cell.substring(0, tokenizer.maxChars())).ids());
        assertThat(only(cell).truncated()).isTrue();
    }

    @Test
    void cutsNoCharacterInTwo() {
        String emoji = "\uD83D\uDE00";
        TokenizedText text = only(" ".repeat(2_499) + emoji);
        assertThat(text.ids()).containsExactly(FIRST, LAST);
        assertThat(text.truncated()).isTrue();
        assertThat(only(" ".repeat(2_498) + emoji).ids()).containsExactly(FIRST, UNKNOWN, LAST);
    }

    @Test
    void readsASurrogateWithoutPartnerAsTheReplacementCharacter() {
        assertThat(only("cat \uD83D dog").ids())
                .isEqualTo(only("cat \uFFFD dog").ids());
        assertThat(only("\uDE00").ids()).isEqualTo(only("\uFFFD").ids());
    }

    @Test
    void replacesTheTruncationAndPaddingOfTheFile() {
        ModelFolder other = folder(builder()
                .set(
                        "tokenizer.json",
                        "truncation",
                        "{\"direction\": \"Right\", \"max_length\": 3, \"strategy\": \"LongestFirst\", \"stride\": 0}")
                .set(
                        "tokenizer.json",
                        "padding",
                        "{\"strategy\": {\"Fixed\": 12}, \"direction\": \"Right\", \"pad_to_multiple_of\": null,"
                                + " \"pad_id\": 0, \"pad_type_id\": 0, \"pad_token\": \"[PAD]\"}"));
        try (TextTokenizer plain = TextTokenizer.open(other, LIMIT)) {
            assertThat(plain.tokenize(List.of("the cat sat")).get(0).ids()).containsExactly(FIRST, 8, CAT, 11, LAST);
        }
    }

    @Test
    void takesALimitWhoseCharsNobodyCanCount() {
        try (TextTokenizer patient = TextTokenizer.open(folder, 100_000_000)) {
            assertThat(patient.maxChars()).isGreaterThan(1_000_000_000);
            assertThat(patient.tokenize(Collections.nCopies(3, "cat")))
                    .allSatisfy(text -> assertThat(text.ids()).containsExactly(FIRST, CAT, LAST));
        }
    }

    @ParameterizedTest
    @CsvSource({"200000, 100002, false", "100002, 100002, false", "100001, 100001, true", "50000, 50000, true"})
    void hasTheTokensOfAllOfALongTextThatIsReadInPieces(int limit, int tokens, boolean truncated) {
        String text = "cat dog ".repeat(50_000);
        try (TextTokenizer patient = TextTokenizer.open(folder, limit)) {
            TokenizedText tokenized =
                    patient.tokenize(List.of("cat", text, "dog")).get(1);
            assertThat(tokenized.ids())
                    .hasSize(tokens)
                    .startsWith(FIRST, CAT, 10, CAT, 10)
                    .endsWith(LAST);
            assertThat(tokenized.ids()).containsOnly(FIRST, CAT, 10, LAST);
            assertThat(tokenized.truncated()).isEqualTo(truncated);
        }
    }

    @Test
    void readsALongTextFromItsEndWhereTheModelSaysSo() {
        ModelFolder other = folder(builder().set("tokenizer_config.json", "truncation_side", "\"left\""));
        try (TextTokenizer left = TextTokenizer.open(other, 30_003)) {
            TokenizedText text = left.tokenize(List.of("dog ".repeat(50_000) + "cat sat" + " cat".repeat(29_999)))
                    .get(0);
            assertThat(text.ids())
                    .hasSize(30_003)
                    .startsWith(FIRST, CAT, 11, CAT)
                    .endsWith(CAT, LAST);
            assertThat(text.truncated()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert", "roberta", "qwen3", "gemma3", "t5-relu", "xlm-roberta"})
    void survivesTenMillionBlanks(String family) throws Exception {
        Path files = Path.of(TextTokenizerTest.class
                .getResource("/io/embark/families/" + family)
                .toURI());
        try (TextTokenizer patient = TextTokenizer.open(ModelReference.open(files.toString(), temporary), 60_000)) {
            List<TokenizedText> texts =
                    patient.tokenize(List.of(" ".repeat(10_000_000), "\n".repeat(10_000_000), "x".repeat(10_000_000)));
            assertThat(texts).allSatisfy(text -> {
                assertThat(text.truncated()).isTrue();
                assertThat(text.ids().length).isLessThanOrEqualTo(60_000);
            });
        }
    }

    @Test
    void cutsTextsAtTheirStartWhereTheModelSaysSo() {
        ModelFolder other = folder(builder().set("tokenizer_config.json", "truncation_side", "\"left\""));
        try (TextTokenizer left = TextTokenizer.open(other, 5)) {
            assertThat(left.cutsStart()).isTrue();
            assertThat(tokenizer.cutsStart()).isFalse();
            List<TokenizedText> texts =
                    left.tokenize(List.of("the cat sat on a mat", "cat", "cat" + " ".repeat(2_000)));
            assertThat(texts)
                    .extracting(TokenizedText::ids)
                    .containsExactly(
                            new int[] {FIRST, 13, 4, 14, LAST}, new int[] {FIRST, CAT, LAST}, new int[] {FIRST, LAST});
            assertThat(texts).extracting(TokenizedText::truncated).containsExactly(true, false, true);
            // Chunks are read from the start nevertheless.
            assertThat(new TextChunker(left, "", "the cat sat on a mat").next().text())
                    .isEqualTo("the cat sat");
        }
    }

    @Test
    void countsThePromptsTokensButForASpecialOneAtTheEnd() {
        assertThat(tokenizer.promptTokens("the cat ")).isEqualTo(3);
        assertThat(tokenizer.promptTokens("")).isEqualTo(1);
        ModelFolder other = folder(builder()
                .set("tokenizer_config.json", "tokenizer_class", "\"PreTrainedTokenizerFast\"")
                .set("tokenizer.json", "post_processor", "null"));
        try (TextTokenizer plain = TextTokenizer.open(other, LIMIT)) {
            assertThat(plain.promptTokens("the cat ")).isEqualTo(2);
        }
    }

    @Test
    void refusesALimitThatLeavesNoRoomBesideTheSpecialTokens() {
        assertRefused(
                () -> TextTokenizer.open(folder, 2),
                ErrorCode.OPTION_INVALID,
                "option max-tokens: 2 is too few for model tiny",
                "Its tokenizer adds 2 special tokens to every text.",
                "Set max-tokens to at least 3.");
        try (TextTokenizer short3 = TextTokenizer.open(folder, 3)) {
            assertThat(short3.tokenize(List.of("cat dog")).get(0).ids()).containsExactly(FIRST, CAT, LAST);
        }
    }

    @Test
    void tellsOfATokenThatTheWeightsLack() {
        ModelFolder other = folder(
                builder().file("tokenizer.json", tokenizerJson().replace("\"2\": 19", "\"2\": 19, \"bird\": 20")));
        try (TextTokenizer larger = TextTokenizer.open(other, LIMIT)) {
            assertThat(larger.tokenize(List.of("cat")).get(0).ids()).containsExactly(FIRST, CAT, LAST);
            List<TokenizedText> texts = larger.tokenize(List.of("cat", "a bird sat"));
            assertThat(texts)
                    .extracting(TokenizedText::misses)
                    .containsExactly(
                            Optional.empty(),
                            Optional.of("It has token 20 ('bird'), and the model's weights are of 20 tokens."));
        }
    }

    private static TokenizedText only(String text) {
        return tokenizer.tokenize(List.of(text)).get(0);
    }

    private static String tokenizerJson() {
        return builder().content("tokenizer.json");
    }

    private static ModelFolderBuilder builder() {
        return ModelFolderBuilder.in(temporary.resolve("other-" + System.nanoTime()));
    }

    private static ModelFolder folder(ModelFolderBuilder builder) {
        return ModelReference.open(builder.write().toString(), temporary);
    }
}
