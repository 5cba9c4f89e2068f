/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.embark.EmbedOptions;
import io.embark.Encoding;
import io.embark.ErrorCode;
import io.embark.model.ModelFolderBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of each row, on a tiny model that keeps 10 tokens of a text, [CLS] and [SEP] among them. */
class EmbedderTest {
    private static final String LONG = "the cat sat on a mat. a dog ran.";
    /** Three characters, six chars. */
    private static final String FACES = "\uD83D\uDE00\uD83D\uDE00\uD83D\uDE00";

    private static final String CUT_TO_LIMIT = "the cat sat on a mat. a";

    @TempDir
    static Path temporary;

    private static LoadedModel model;

    @BeforeAll
    static void open() {
        Path folder = ModelFolderBuilder.in(temporary.resolve("tiny")).write();
        model = LoadedModel.open(EmbedOptions.defaults().with(EmbedOptions.MODEL, folder.toString()));
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void givesCodesOfTheVectorsOfTheWholeModel() {
        List<String> texts = Arrays.asList("how volcanoes form", null, "");
        float[][] vectors = SharedModel.embedder(EmbedOptions.defaults()).embed(texts);
        byte[][] codes = SharedModel.embedder(EmbedOptions.defaults().with(EmbedOptions.ENCODING, Encoding.UBINARY))
                .embedCodes(texts);

        assertThat(codes).hasNumberOfRows(3);
        assertThat(codes[1]).isNull();
        for (int text : new int[] {0, 2}) {
            assertThat(codes[text]).hasSize(48);
            for (int i = 0; i < 384; i++) {
                assertThat(((codes[text][i / 8] >> (7 - i % 8)) & 1) == 1).isEqualTo(vectors[text][i] > 0);
            }
        }
    }

    @Test
    void givesNoFloatsForCodesAndNoCodesForFloats() {
        Embedder floats = SharedModel.embedder(EmbedOptions.defaults());
        Embedder codes = SharedModel.embedder(EmbedOptions.defaults().with(EmbedOptions.ENCODING, Encoding.BINARY));

        assertThatThrownBy(() -> codes.embed(List.of("a")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("encoding BINARY gives codes, not floats");
        assertThatThrownBy(() -> floats.embedCodes(List.of("a")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("encoding FLOAT32 gives floats, not codes");
        assertThat(codes.dimension()).isEqualTo(384);
    }

    @Test
    void givesOneVectorForEachTextInOrder() {
        float[][] vectors = embed(Map.of(), "cat", "the dog sat", "cat.");
        assertThat(vectors).hasDimensions(3, 8);
        assertIsVectorOf("cat", vectors[0]);
        assertIsVectorOf("the dog sat", vectors[1]);
        assertIsVectorOf("cat.", vectors[2]);
        assertThat(on(Map.of()).dimension()).isEqualTo(8);
        assertThat(on(Map.of()).folder().name()).isEqualTo("tiny");
        assertThat(on(Map.of()).maxChars()).isEqualTo(2_500);
    }

    @Test
    void givesNoVectorsForNoTexts() {
        CountedVectors embeddings = CountedVectors.of(on(Map.of()), List.of());
        assertThat(embeddings.vectors().length).isZero();
        assertThat(embeddings.counts()).isEqualTo(EmbedCounts.NONE);
    }

    @Test
    void keepsNullNullAndCountsIt() {
        CountedVectors embeddings = CountedVectors.of(on(Map.of()), Arrays.asList(null, "cat", null));
        assertThat(embeddings.vectors()[0]).isNull();
        assertThat(embeddings.vectors()[1]).hasSize(8);
        assertThat(embeddings.vectors()[2]).isNull();
        assertCounted(
                embeddings,
                Map.of(Count.TEXTS, 3L, Count.NULLS, 2L, Count.DISTINCT, 1L, Count.TOKENS, 3L, Count.BATCHES, 1L));
        assertCounted(
                CountedVectors.of(on(Map.of()), Collections.singletonList(null)),
                Map.of(Count.TEXTS, 1L, Count.NULLS, 1L));
    }

    @Test
    void embedsEqualTextsOnceAndGivesEachRowAnArrayOfItsOwn() {
        CountedVectors embeddings = CountedVectors.of(on(Map.of()), List.of("cat", "dog", "cat", "cat"));
        assertCounted(embeddings, Map.of(Count.TEXTS, 4L, Count.DISTINCT, 2L, Count.TOKENS, 6L, Count.BATCHES, 1L));
        float[][] vectors = embeddings.vectors();
        float[] expected = vectors[0].clone();
        Arrays.fill(vectors[0], 9);
        assertThat(vectors[2]).isEqualTo(expected).isNotSameAs(vectors[3]);
        Arrays.fill(vectors[2], 9);
        assertThat(vectors[3]).isEqualTo(expected);
    }

    @Test
    void embedsEqualTextsOfDifferentWindowsAgain() {
        CountedVectors embeddings =
                CountedVectors.of(on(Map.of("window", "2")), List.of("cat", "cat", "cat", "dog", "cat"));
        assertCounted(embeddings, Map.of(Count.TEXTS, 5L, Count.DISTINCT, 4L, Count.TOKENS, 12L, Count.BATCHES, 3L));
    }

    @Test
    void cutsBatchesByLengthUnderTheTokenBudget() {
        List<String> texts = List.of("a a a", "b", "b b b", "c c c", "d d d", "a", "", "a a b");
        // 2, 3, 3, 5 tokens; 5, 5, 5; 5.
        assertCounted(
                CountedVectors.of(on(Map.of("batch-tokens", "16")), texts),
                Map.of(Count.TEXTS, 8L, Count.DISTINCT, 8L, Count.TOKENS, 33L, Count.BATCHES, 3L));
        assertCounted(
                CountedVectors.of(on(Map.of("batch-tokens", "33")), texts),
                Map.of(Count.TEXTS, 8L, Count.DISTINCT, 8L, Count.TOKENS, 33L, Count.BATCHES, 1L));
        assertCounted(
                CountedVectors.of(on(Map.of("batch-tokens", "32")), texts),
                Map.of(Count.TEXTS, 8L, Count.DISTINCT, 8L, Count.TOKENS, 33L, Count.BATCHES, 2L));
    }

    @Test
    void embedsBlankTextsUnlessToldOtherwise() {
        CountedVectors embeddings = CountedVectors.of(on(Map.of()), List.of("", " \t\n", "cat"));
        assertThat(embeddings.vectors()).hasDimensions(3, 8);
        assertIsVectorOf("", embeddings.vectors()[0]);
        assertIsVectorOf("", embeddings.vectors()[1]);
        assertCounted(embeddings, Map.of(Count.TEXTS, 3L, Count.DISTINCT, 3L, Count.TOKENS, 7L, Count.BATCHES, 1L));
    }

    @Test
    void makesBlankTextsNullIfAsked() {
        CountedVectors embeddings =
                CountedVectors.of(on(Map.of("blank", "null")), Arrays.asList("", " \t\n", "cat", null));
        assertThat(embeddings.vectors()[0]).isNull();
        assertThat(embeddings.vectors()[1]).isNull();
        assertThat(embeddings.vectors()[2]).hasSize(8);
        assertCounted(
                embeddings,
                Map.of(Count.TEXTS, 4L, Count.NULLS, 3L, Count.DISTINCT, 1L, Count.TOKENS, 3L, Count.BATCHES, 1L));
    }

    @Test
    void refusesABlankTextIfAsked() {
        assertRefused(
                () -> embed(Map.of("blank", "fail"), "cat", " \n"),
                ErrorCode.TEXT_REFUSED,
                "a blank text of 2 characters: refused",
                "Option blank is set to fail.",
                "Set blank to embed or null, or on-error to null, or leave such rows out.");
    }

    @Test
    void countsRefusedBlankTextsAsFailedAndGoesOn() {
        CountedVectors embeddings =
                CountedVectors.of(on(Map.of("blank", "fail", "on-error", "null")), Arrays.asList("", "cat", " ", null));
        assertThat(embeddings.vectors()[0]).isNull();
        assertThat(embeddings.vectors()[1]).hasSize(8);
        assertThat(embeddings.vectors()[2]).isNull();
        assertCounted(
                embeddings,
                Map.of(
                        Count.TEXTS,
                        4L,
                        Count.NULLS,
                        1L,
                        Count.DISTINCT,
                        1L,
                        Count.FAILED,
                        2L,
                        Count.TOKENS,
                        3L,
                        Count.BATCHES,
                        1L));
    }

    @Test
    void cutsALongTextAndCountsEveryRowOfIt() {
        CountedVectors embeddings = CountedVectors.of(on(Map.of()), List.of(LONG, "cat", LONG, CUT_TO_LIMIT));
        assertIsVectorOf(CUT_TO_LIMIT, embeddings.vectors()[0]);
        assertIsVectorOf(CUT_TO_LIMIT, embeddings.vectors()[2]);
        assertThat(embeddings.vectors()[2]).isEqualTo(embeddings.vectors()[0]);
        assertCounted(
                embeddings,
                Map.of(Count.TEXTS, 4L, Count.DISTINCT, 3L, Count.TRUNCATED, 2L, Count.TOKENS, 23L, Count.BATCHES, 1L));
    }

    @Test
    void cutsToFewerTokensIfAsked() {
        Path folder = model.folder().path();
        EmbedOptions options = EmbedOptions.parse(Map.of("model", folder.toString(), "max-tokens", "4"));
        try (Embedder embedder = Embedder.open(options)) {
            CountedVectors embeddings = CountedVectors.of(embedder, List.of("the cat sat", "the cat"));
            assertIsVectorOf("the cat", embeddings.vectors()[0]);
            assertCounted(
                    embeddings,
                    Map.of(
                            Count.TEXTS,
                            2L,
                            Count.DISTINCT,
                            2L,
                            Count.TRUNCATED,
                            1L,
                            Count.TOKENS,
                            8L,
                            Count.BATCHES,
                            1L));
            assertThat(embedder.maxChars()).isEqualTo(1_000);
        }
    }

    @Test
    void refusesALongTextIfAsked() {
        assertRefused(
                () -> embed(Map.of("long-text", "fail"), "cat", LONG),
                ErrorCode.TEXT_REFUSED,
                "text '%s': too long".formatted(LONG),
                "It has more tokens than the limit, and option long-text is set to fail.",
                "Set long-text to truncate or mean, or on-error to null.");
        assertThat(embed(Map.of("long-text", "fail"), CUT_TO_LIMIT)).hasDimensions(1, 8);
    }

    @Test
    void showsTheStartOfARefusedTextOnOneLineAndInWholeCharacters() {
        assertRefused(
                () -> embed(Map.of("long-text", "fail"), "cat \n\uD800".repeat(6) + "abc\uD83D\uDE00 dog sat."),
                ErrorCode.TEXT_REFUSED,
                "text '%sabc ...': too long".formatted("cat   ".repeat(6)),
                "It has more tokens than the limit, and option long-text is set to fail.",
                "Set long-text to truncate or mean, or on-error to null.");
    }

    @Test
    void countsRefusedLongTextsAsFailedAndKeepsThemOutOfTheModel() {
        CountedVectors embeddings =
                CountedVectors.of(on(Map.of("long-text", "fail", "on-error", "null")), List.of(LONG, "cat", LONG));
        assertThat(embeddings.vectors()[0]).isNull();
        assertIsVectorOf("cat", embeddings.vectors()[1]);
        assertThat(embeddings.vectors()[2]).isNull();
        assertCounted(
                embeddings,
                Map.of(Count.TEXTS, 3L, Count.DISTINCT, 1L, Count.FAILED, 2L, Count.TOKENS, 3L, Count.BATCHES, 1L));
    }

    @Test
    void readsNoMoreOfACellOf10MegabytesThanItsFirstChars() {
        String cell = "cat ".repeat(2_621_440);
        Embedder embedder = on(Map.of());
        CountedVectors embeddings = CountedVectors.of(embedder, List.of(cell, cell.substring(0, embedder.maxChars())));
        assertIsVectorOf("cat cat cat cat cat cat cat cat", embeddings.vectors()[0]);
        assertIsVectorOf("cat cat cat cat cat cat cat cat", embeddings.vectors()[1]);
        assertCounted(
                embeddings,
                Map.of(Count.TEXTS, 2L, Count.DISTINCT, 2L, Count.TRUNCATED, 2L, Count.TOKENS, 20L, Count.BATCHES, 1L));

        String behind = " ".repeat(embedder.maxChars()) + "cat ".repeat(2_621_440);
        assertIsVectorOf("", embedder.embed(List.of(behind))[0]);
    }

    @Test
    void readsNoMoreCharactersOfATextThanAreAllowed() {
        CountedVectors embeddings =
                CountedVectors.of(on(Map.of("max-text-characters", "3")), List.of("cat sat", "cat", FACES));
        assertIsVectorOf("cat", embeddings.vectors()[0]);
        assertIsVectorOf("cat", embeddings.vectors()[1]);
        assertIsVectorOf(FACES, embeddings.vectors()[2]);
        assertThat(embeddings.counts().get(Count.TRUNCATED)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fail", "mean", "chunks"})
    void refusesATextOfTooManyCharactersThatWouldBeReadToItsEnd(String longText) {
        Map<String, String> settings = Map.of("max-text-characters", "3", "long-text", longText);
        assertRefused(
                () -> on(settings).embedChunks(List.of("cat", FACES, "cat sat")),
                ErrorCode.TEXT_REFUSED,
                "text 'cat sat': longer than 3 characters",
                "That is the limit of option max-text-characters, and option long-text reads texts to their end.",
                "Raise max-text-characters, set long-text to truncate, or on-error to null.");
    }

    @Test
    void countsTextsOfTooManyCharactersAsFailed() {
        CountedVectors embeddings = CountedVectors.of(
                on(Map.of("max-text-characters", "3", "long-text", "mean", "on-error", "null")),
                List.of("cat sat", "cat", "cat sat"));
        assertThat(embeddings.vectors()[0]).isNull();
        assertIsVectorOf("cat", embeddings.vectors()[1]);
        assertThat(embeddings.vectors()[2]).isNull();
        assertThat(embeddings.counts().get(Count.FAILED)).isEqualTo(2);
        assertThat(embeddings.counts().get(Count.TOKENS)).isEqualTo(3);
    }

    @Test
    void refusesATextWithATokenThatTheWeightsLack() {
        try (Embedder embedder = knowingBirds(Map.of())) {
            assertRefused(
                    () -> embedder.embed(List.of("cat", "a bird sat")),
                    ErrorCode.TEXT_REFUSED,
                    "text 'a bird sat': model birds has no vector for one of its tokens",
                    "It has token 20 ('bird'), and the model's weights are of 20 tokens.",
                    "Take tokenizer and weights from the same model, or set on-error to null.");
        }
        assertRefused(
                () -> knowingBirds(Map.of("prompt", "bird ")),
                ErrorCode.TOKENIZER_INVALID,
                "model birds: cannot read the prompt 'bird '",
                "It has token 20 ('bird'), and the model's weights are of 20 tokens.",
                "Set prompt to another text, or to an empty one for none.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"truncate", "fail", "mean"})
    void aTextWithATokenThatTheWeightsLackFailsAlone(String longText) {
        List<String> texts = List.of("a bird sat", "cat", "a bird sat", "cat ".repeat(30) + "bird");
        CountedVectors embeddings;
        try (Embedder embedder = knowingBirds(Map.of("on-error", "null", "long-text", longText))) {
            embeddings = CountedVectors.of(embedder, texts);
        }
        assertThat(embeddings.vectors()[0]).isNull();
        assertIsVectorOf("cat", embeddings.vectors()[1]);
        assertThat(embeddings.vectors()[2]).isNull();
        // Only what is read of a text can fail.
        boolean readsAll = !longText.equals("truncate");
        assertThat(embeddings.vectors()[3] == null).isEqualTo(readsAll);
        assertThat(embeddings.counts().get(Count.FAILED)).isEqualTo(readsAll ? 3 : 2);
    }

    private static Embedder knowingBirds(Map<String, String> settings) {
        ModelFolderBuilder builder = ModelFolderBuilder.in(temporary.resolve("birds"));
        String tokenizer = builder.content("tokenizer.json").replace("\"2\": 19", "\"2\": 19, \"bird\": 20");
        Map<String, String> all = new HashMap<>(settings);
        all.put("model", builder.file("tokenizer.json", tokenizer).write().toString());
        return Embedder.open(EmbedOptions.parse(all));
    }

    @Test
    void addsUpWhatAllCallsTook() {
        Embedder embedder = on(Map.of());
        EmbedCounts first =
                CountedVectors.of(embedder, Arrays.asList("cat", null)).counts();
        EmbedCounts second =
                CountedVectors.of(embedder, List.of("the dog", LONG)).counts();
        assertThat(embedder.counts()).isEqualTo(first.plus(second));
        assertThat(second.get(Count.TOKENIZE)).isPositive();
        assertThat(second.get(Count.FORWARD)).isPositive();
        assertThat(second.get(Count.WAIT)).isPositive();
    }

    @Test
    void refusesNull() {
        assertThatThrownBy(() -> on(Map.of()).embed(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("texts is null");
        assertThatThrownBy(() -> Embedder.open(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("options is null");
        assertThatThrownBy(() -> Embedder.on(null, EmbedOptions.defaults()))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("model is null");
    }

    @Test
    void aVectorThatIsNotFiniteFailsItsRowAlone() {
        ModelFolderBuilder builder = ModelFolderBuilder.in(temporary.resolve("broken"));
        // The word "cat".
        builder.value("embeddings.word_embeddings.weight", 9 * 8, Float.NaN);
        EmbedOptions options =
                EmbedOptions.defaults().with(EmbedOptions.MODEL, builder.write().toString());
        try (LoadedModel broken = LoadedModel.open(options)) {
            assertRefused(
                    () -> Embedder.on(broken, options).embed(List.of("dog", "cat")),
                    ErrorCode.TEXT_REFUSED,
                    "text 'cat': its vector is not finite",
                    "The model's own numbers overflow for it.",
                    "Check the model's weights, or set on-error to null.");

            CountedVectors embeddings = CountedVectors.of(
                    Embedder.on(broken, EmbedOptions.parse(Map.of("on-error", "null"))),
                    List.of("dog", "cat", "the dog", "cat"));
            assertIsVectorOf("dog", embeddings.vectors()[0]);
            assertThat(embeddings.vectors()[1]).isNull();
            assertIsVectorOf("the dog", embeddings.vectors()[2]);
            assertThat(embeddings.vectors()[3]).isNull();
            assertCounted(
                    embeddings,
                    Map.of(
                            Count.TEXTS,
                            4L,
                            Count.DISTINCT,
                            3L,
                            Count.FAILED,
                            2L,
                            Count.TOKENS,
                            10L,
                            Count.BATCHES,
                            1L));
        }
    }

    @Test
    void givesAZeroVectorWhereATextHasNoTokens() {
        ModelFolderBuilder builder = ModelFolderBuilder.in(temporary.resolve("bare"));
        builder.set("tokenizer_config.json", "tokenizer_class", "\"PreTrainedTokenizerFast\"")
                .set("tokenizer.json", "post_processor", "null");
        try (Embedder embedder = Embedder.open(
                EmbedOptions.defaults().with(EmbedOptions.MODEL, builder.write().toString()))) {
            CountedVectors embeddings = CountedVectors.of(embedder, List.of("", "cat"));
            assertThat(embeddings.vectors()[0]).containsOnly(0).hasSize(8);
            assertThat(embeddings.vectors()[1]).isNotEqualTo(embeddings.vectors()[0]);
            assertCounted(embeddings, Map.of(Count.TEXTS, 2L, Count.DISTINCT, 1L, Count.TOKENS, 1L, Count.BATCHES, 1L));
        }
    }

    @Test
    void embedsManyRowsInManyWindows() {
        List<String> words = List.of("the", "cat", "dog", "sat", "ran", "on", "mat", "a", "b", "c", "d");
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            texts.add(words.get(i % 11) + " " + words.get(i / 11 % 11));
        }
        CountedVectors embeddings = CountedVectors.of(on(Map.of("window", "500", "batch-tokens", "64")), texts);
        assertThat(embeddings.vectors()).hasDimensions(3_000, 8);
        assertThat(embeddings.counts().get(Count.TEXTS)).isEqualTo(3_000);
        assertThat(embeddings.counts().get(Count.DISTINCT)).isEqualTo(6 * 121);
        assertThat(embeddings.counts().get(Count.TOKENS)).isEqualTo(6 * 121 * 4);
        assertThat(embeddings.counts().get(Count.BATCHES)).isEqualTo(6 * 8);
    }

    private static Embedder on(Map<String, String> options) {
        return Embedder.on(model, EmbedOptions.parse(options));
    }

    private static float[][] embed(Map<String, String> options, String... texts) {
        return on(options).embed(List.of(texts));
    }

    private static void assertIsVectorOf(String text, float[] vector) {
        assertThat(vector).containsExactly(embed(Map.of(), text)[0], within(1e-6f));
    }

    /** All counts but those of time and of the largest batch; what is not named is 0. */
    private static void assertCounted(CountedVectors counted, Map<Count, Long> counts) {
        EmbedCounts expected = EmbedCounts.of(counts);
        for (Count count : Count.values()) {
            if (count.unit() == Count.Unit.NUMBER) {
                assertThat(counted.counts().get(count)).as(count.label()).isEqualTo(expected.get(count));
            }
        }
    }
}
