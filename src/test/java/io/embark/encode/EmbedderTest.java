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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of each row, on a tiny model that keeps 10 tokens of a text, [CLS] and [SEP] among them. */
class EmbedderTest {
    private static final String LONG = "the cat sat on a mat. a dog ran.";
    private static final String CUT_TO_LIMIT = "the cat sat on a mat. a";

    @TempDir
    static Path temporary;

    private static EmbeddingModel model;

    @BeforeAll
    static void open() {
        Path folder = ModelFolderBuilder.in(temporary.resolve("tiny")).write();
        model = EmbeddingModel.open(EmbedOptions.defaults().with(EmbedOptions.MODEL, folder.toString()));
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
        assertThat(on(Map.of()).model().name()).isEqualTo("tiny");
        assertThat(on(Map.of()).maxChars()).isEqualTo(2_500);
    }

    @Test
    void givesNoVectorsForNoTexts() {
        Embeddings embeddings = on(Map.of()).embedCounted(List.of());
        assertThat(embeddings.vectors().length).isZero();
        assertThat(embeddings.statistics()).isEqualTo(Statistics.NONE);
    }

    @Test
    void keepsNullNullAndCountsIt() {
        Embeddings embeddings = on(Map.of()).embedCounted(Arrays.asList(null, "cat", null));
        assertThat(embeddings.vectors()[0]).isNull();
        assertThat(embeddings.vectors()[1]).hasSize(8);
        assertThat(embeddings.vectors()[2]).isNull();
        assertCounted(embeddings, 3, 2, 1, 0, 0, 3, 1);
        assertCounted(on(Map.of()).embedCounted(Collections.singletonList(null)), 1, 1, 0, 0, 0, 0, 0);
    }

    @Test
    void embedsEqualTextsOnceAndGivesEachRowAnArrayOfItsOwn() {
        Embeddings embeddings = on(Map.of()).embedCounted(List.of("cat", "dog", "cat", "cat"));
        assertCounted(embeddings, 4, 0, 2, 0, 0, 6, 1);
        float[][] vectors = embeddings.vectors();
        float[] expected = vectors[0].clone();
        Arrays.fill(vectors[0], 9);
        assertThat(vectors[2]).isEqualTo(expected).isNotSameAs(vectors[3]);
        Arrays.fill(vectors[2], 9);
        assertThat(vectors[3]).isEqualTo(expected);
    }

    @Test
    void embedsEqualTextsOfDifferentWindowsAgain() {
        Embeddings embeddings = on(Map.of("window", "2")).embedCounted(List.of("cat", "cat", "cat", "dog", "cat"));
        assertCounted(embeddings, 5, 0, 4, 0, 0, 12, 3);
    }

    @Test
    void cutsBatchesByLengthUnderTheTokenBudget() {
        List<String> texts = List.of("a a a", "b", "b b b", "c c c", "d d d", "a", "", "a a b");
        // 2, 3, 3, 5 tokens; 5, 5, 5; 5.
        assertCounted(on(Map.of("batch-tokens", "16")).embedCounted(texts), 8, 0, 8, 0, 0, 33, 3);
        assertCounted(on(Map.of("batch-tokens", "33")).embedCounted(texts), 8, 0, 8, 0, 0, 33, 1);
        assertCounted(on(Map.of("batch-tokens", "32")).embedCounted(texts), 8, 0, 8, 0, 0, 33, 2);
    }

    @Test
    void embedsBlankTextsUnlessToldOtherwise() {
        Embeddings embeddings = on(Map.of()).embedCounted(List.of("", " \t\n", "cat"));
        assertThat(embeddings.vectors()).hasDimensions(3, 8);
        assertIsVectorOf("", embeddings.vectors()[0]);
        assertIsVectorOf("", embeddings.vectors()[1]);
        assertCounted(embeddings, 3, 0, 3, 0, 0, 7, 1);
    }

    @Test
    void makesBlankTextsNullIfAsked() {
        Embeddings embeddings = on(Map.of("blank", "null")).embedCounted(Arrays.asList("", " \t\n", "cat", null));
        assertThat(embeddings.vectors()[0]).isNull();
        assertThat(embeddings.vectors()[1]).isNull();
        assertThat(embeddings.vectors()[2]).hasSize(8);
        assertCounted(embeddings, 4, 3, 1, 0, 0, 3, 1);
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
        Embeddings embeddings =
                on(Map.of("blank", "fail", "on-error", "null")).embedCounted(Arrays.asList("", "cat", " ", null));
        assertThat(embeddings.vectors()[0]).isNull();
        assertThat(embeddings.vectors()[1]).hasSize(8);
        assertThat(embeddings.vectors()[2]).isNull();
        assertCounted(embeddings, 4, 1, 1, 0, 2, 3, 1);
    }

    @Test
    void cutsALongTextAndCountsEveryRowOfIt() {
        Embeddings embeddings = on(Map.of()).embedCounted(List.of(LONG, "cat", LONG, CUT_TO_LIMIT));
        assertIsVectorOf(CUT_TO_LIMIT, embeddings.vectors()[0]);
        assertIsVectorOf(CUT_TO_LIMIT, embeddings.vectors()[2]);
        assertThat(embeddings.vectors()[2]).isEqualTo(embeddings.vectors()[0]);
        assertCounted(embeddings, 4, 0, 3, 2, 0, 23, 1);
    }

    @Test
    void cutsToFewerTokensIfAsked() {
        Path folder = model.folder().path();
        EmbedOptions options = EmbedOptions.parse(Map.of("model", folder.toString(), "max-tokens", "4"));
        try (Embedder embedder = Embedder.open(options)) {
            Embeddings embeddings = embedder.embedCounted(List.of("the cat sat", "the cat"));
            assertIsVectorOf("the cat", embeddings.vectors()[0]);
            assertCounted(embeddings, 2, 0, 2, 1, 0, 8, 1);
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
        Embeddings embeddings =
                on(Map.of("long-text", "fail", "on-error", "null")).embedCounted(List.of(LONG, "cat", LONG));
        assertThat(embeddings.vectors()[0]).isNull();
        assertIsVectorOf("cat", embeddings.vectors()[1]);
        assertThat(embeddings.vectors()[2]).isNull();
        assertCounted(embeddings, 3, 0, 1, 0, 2, 3, 1);
    }

    @Test
    void readsNoMoreOfACellOf10MegabytesThanItsFirstChars() {
        String cell = "cat ".repeat(2_621_440);
        Embedder embedder = on(Map.of());
        Embeddings embeddings = embedder.embedCounted(List.of(cell, cell.substring(0, embedder.maxChars())));
        assertIsVectorOf("cat cat cat cat cat cat cat cat", embeddings.vectors()[0]);
        assertIsVectorOf("cat cat cat cat cat cat cat cat", embeddings.vectors()[1]);
        assertCounted(embeddings, 2, 0, 2, 2, 0, 20, 1);

        String behind = " ".repeat(embedder.maxChars()) + "cat ".repeat(2_621_440);
        assertIsVectorOf("", embedder.embed(List.of(behind))[0]);
    }

    @Test
    void addsUpWhatAllCallsTook() {
        Embedder embedder = on(Map.of());
        Statistics first = embedder.embedCounted(Arrays.asList("cat", null)).statistics();
        Statistics second = embedder.embedCounted(List.of("the dog", LONG)).statistics();
        assertThat(embedder.statistics()).isEqualTo(first.plus(second));
        assertThat(second.tokenizeNanos()).isPositive();
        assertThat(second.forwardNanos()).isPositive();
        assertThat(second.waitNanos()).isPositive();
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
        try (EmbeddingModel broken = EmbeddingModel.open(options)) {
            assertRefused(
                    () -> Embedder.on(broken, options).embed(List.of("dog", "cat")),
                    ErrorCode.TEXT_REFUSED,
                    "text 'cat': its vector is not finite",
                    "The model's own numbers overflow for it.",
                    "Check the model's weights, or set on-error to null.");

            Embeddings embeddings = Embedder.on(broken, EmbedOptions.parse(Map.of("on-error", "null")))
                    .embedCounted(List.of("dog", "cat", "the dog", "cat"));
            assertIsVectorOf("dog", embeddings.vectors()[0]);
            assertThat(embeddings.vectors()[1]).isNull();
            assertIsVectorOf("the dog", embeddings.vectors()[2]);
            assertThat(embeddings.vectors()[3]).isNull();
            assertCounted(embeddings, 4, 0, 3, 0, 2, 10, 1);
        }
    }

    @Test
    void givesAZeroVectorWhereATextHasNoTokens() {
        ModelFolderBuilder builder = ModelFolderBuilder.in(temporary.resolve("bare"));
        builder.set("tokenizer_config.json", "tokenizer_class", "\"PreTrainedTokenizerFast\"")
                .set("tokenizer.json", "post_processor", "null");
        try (Embedder embedder = Embedder.open(
                EmbedOptions.defaults().with(EmbedOptions.MODEL, builder.write().toString()))) {
            Embeddings embeddings = embedder.embedCounted(List.of("", "cat"));
            assertThat(embeddings.vectors()[0]).containsOnly(0).hasSize(8);
            assertThat(embeddings.vectors()[1]).isNotEqualTo(embeddings.vectors()[0]);
            assertCounted(embeddings, 2, 0, 1, 0, 0, 1, 1);
        }
    }

    @Test
    void embedsManyRowsInManyWindows() {
        List<String> words = List.of("the", "cat", "dog", "sat", "ran", "on", "mat", "a", "b", "c", "d");
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            texts.add(words.get(i % 11) + " " + words.get(i / 11 % 11));
        }
        Embeddings embeddings =
                on(Map.of("window", "500", "batch-tokens", "64")).embedCounted(texts);
        assertThat(embeddings.vectors()).hasDimensions(3_000, 8);
        assertThat(embeddings.statistics().texts()).isEqualTo(3_000);
        assertThat(embeddings.statistics().distinct()).isEqualTo(6 * 121);
        assertThat(embeddings.statistics().tokens()).isEqualTo(6 * 121 * 4);
        assertThat(embeddings.statistics().batches()).isEqualTo(6 * 8);
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

    private static void assertCounted(
            Embeddings embeddings,
            long texts,
            long nulls,
            long distinct,
            long truncated,
            long failed,
            long tokens,
            long batches) {
        Statistics s = embeddings.statistics();
        assertThat(new Statistics(
                        s.texts(),
                        s.nulls(),
                        s.distinct(),
                        s.truncated(),
                        s.chunks(),
                        s.failed(),
                        s.tokens(),
                        s.batches(),
                        0,
                        0,
                        0,
                        0))
                .isEqualTo(new Statistics(texts, nulls, distinct, truncated, 0, failed, tokens, batches, 0, 0, 0, 0));
    }
}
