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
import io.embark.ErrorCode;
import io.embark.LongText;
import io.embark.model.ModelFolderBuilder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On tiny models that keep 10 tokens of a text, [CLS] and [SEP] among them; one of them normalises. */
class LongTextTest {
    private static final String LONG = "the cat sat on a mat a dog ran on the mat, the cats sat.";
    private static final List<String> CHUNKS =
            List.of("the cat sat on a mat a dog", " ran on the mat, the cats", " sat.");
    private static final int[] OWN_TOKENS = {8, 8, 2};

    @TempDir
    static Path temporary;

    private static LoadedModel normalizing;
    private static LoadedModel plain;

    @BeforeAll
    static void open() {
        normalizing = open(ModelFolderBuilder.in(temporary.resolve("normalizing")));
        plain = open(ModelFolderBuilder.in(temporary.resolve("plain")).file("modules.json", """
                [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
                 {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]"""));
    }

    private static LoadedModel open(ModelFolderBuilder builder) {
        return LoadedModel.open(
                EmbedOptions.defaults().with(EmbedOptions.MODEL, builder.write().toString()));
    }

    @AfterAll
    static void close() {
        normalizing.close();
        plain.close();
    }

    @Test
    void theMeanIsThatOfTheChunksWeightedByTheirOwnTokens() {
        float[] mean = embed(plain, Map.of("long-text", "mean"), LONG)[0];
        assertThat(mean).containsExactly(mean(plain, Map.of()), within(1e-6f));
        assertThat(length(mean)).isNotCloseTo(1, within(0.01));
    }

    @Test
    void aModelThatNormalizesNormalizesTheMeanAgain() {
        float[] mean = embed(normalizing, Map.of("long-text", "mean"), LONG)[0];
        float[] expected = mean(normalizing, Map.of());
        double length = length(expected);
        assertThat(length).isLessThan(0.99995);
        for (int i = 0; i < mean.length; i++) {
            assertThat((double) mean[i]).isCloseTo(expected[i] / length, within(1e-6));
        }
    }

    @Test
    void thePromptStandsBeforeEachChunk() {
        float[][] vectors = Embedder.on(plain, EmbedOptions.parse(Map.of("prompt", "dog ")))
                .embed(List.of("the cat sat on a mat a", " dog ran"));
        float[] mean = embed(plain, Map.of("prompt", "dog ", "long-text", "mean"), "the cat sat on a mat a dog ran")[0];
        for (int i = 0; i < mean.length; i++) {
            assertThat((double) mean[i]).isCloseTo((7 * vectors[0][i] + 2 * vectors[1][i]) / 9.0, within(1e-6));
        }
    }

    @Test
    void dimensionsAndNormalisationComeAfterTheMean() {
        Map<String, String> options = Map.of("long-text", "mean", "dimensions", "3", "normalize", "true");
        float[] expected = Arrays.copyOf(mean(plain, Map.of()), 3);
        double length = length(expected);
        float[] mean = embed(plain, options, LONG)[0];
        for (int i = 0; i < 3; i++) {
            assertThat((double) mean[i]).isCloseTo(expected[i] / length, within(1e-6));
        }
    }

    @ParameterizedTest
    @CsvSource({"mean", "fail"})
    void aTextThatFitsHasTheVectorOfTruncate(String longText) {
        String[] texts = {"the cat sat on a mat. a", "", "cat", " \n"};
        for (LoadedModel model : List.of(normalizing, plain)) {
            assertThat(embed(model, Map.of("long-text", longText), texts)).isEqualTo(embed(model, Map.of(), texts));
        }
    }

    @Test
    void aChunksVectorIsThatOfItsPartOfTheText() {
        List<ChunkVector> chunks = Embedder.on(normalizing, EmbedOptions.defaults())
                .embedChunks(List.of(LONG))
                .get(0);
        assertThat(chunks).hasSize(3);
        for (int i = 0; i < 3; i++) {
            ChunkVector chunk = chunks.get(i);
            assertThat(LONG.substring(chunk.start(), chunk.end())).isEqualTo(CHUNKS.get(i));
            assertThat(chunk.vector()).containsExactly(embed(normalizing, Map.of(), CHUNKS.get(i))[0], within(1e-6f));
        }
    }

    @Test
    void aTextWithoutAVectorHasNoChunks() {
        Embedder embedder = Embedder.on(normalizing, EmbedOptions.parse(Map.of("blank", "null", "window", "2")));
        List<List<ChunkVector>> chunks = embedder.embedChunks(Arrays.asList(null, "cat", " ", LONG, "\uD83D\uDE00"));
        assertThat(chunks.get(0)).isNull();
        assertThat(chunks.get(1)).hasSize(1);
        assertThat(chunks.get(2)).isNull();
        assertThat(chunks.get(3)).hasSize(3);
        assertThat(chunks.get(4)).hasSize(1);
        assertThat(chunks.get(4).get(0).end()).isEqualTo(1);
    }

    @Test
    void chunksHaveTheCodesOfTheirPartsWhereAnEncodingIsChosen() {
        Embedder embedder = Embedder.on(plain, EmbedOptions.parse(Map.of("encoding", "binary")));
        List<ChunkVector> chunks = embedder.embedChunks(List.of(LONG)).get(0);
        byte[][] codes = embedder.embedCodes(CHUNKS);
        assertThat(chunks).hasSize(3);
        for (int i = 0; i < 3; i++) {
            assertThat(chunks.get(i).codes()).isEqualTo(codes[i]);
        }
        assertThatThrownBy(chunks.get(0)::vector)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("this chunk has codes, not floats");
        ChunkVector floats = Embedder.on(plain, EmbedOptions.defaults())
                .embedChunks(List.of("cat"))
                .get(0)
                .get(0);
        assertThatThrownBy(floats::codes)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("this chunk has floats, not codes");
    }

    @Test
    void countsChunksAndTruncatesNothing() {
        EmbedCounts counts = CountedVectors.of(
                        Embedder.on(normalizing, EmbedOptions.parse(Map.of("long-text", "mean"))),
                        Arrays.asList(LONG, "cat", null, LONG, " sat."))
                .counts();
        assertThat(counts.get(Count.TEXTS)).isEqualTo(5);
        assertThat(counts.get(Count.TRUNCATED)).isZero();
        assertThat(counts.get(Count.CHUNKS)).isEqualTo(3 + 1 + 3 + 1);
        // Equal texts are cut once, and the third chunk is a text of its own too.
        assertThat(counts.get(Count.DISTINCT)).isEqualTo(4);
        assertThat(counts.get(Count.TOKENS)).isEqualTo(10 + 10 + 4 + 3);
    }

    @Test
    void neighboursDoNotChangeTheMean() {
        Embedder embedder = Embedder.on(plain, EmbedOptions.parse(Map.of("long-text", "mean", "batch-tokens", "16")));
        float[] alone = embedder.embed(List.of(LONG))[0];
        List<String> crowd = List.of("cat", LONG + " a dog ran on the mat", LONG, "the dog");
        assertThat(embedder.embed(crowd)[2]).containsExactly(alone, within(1e-6f));
    }

    @Test
    void takesATextOfManyRounds() {
        // Numbers are one unknown token each, so each chunk has 8 tokens of its own and differs from all others.
        String text = IntStream.range(1_000, 101_000).mapToObj(i -> "cat " + i).collect(Collectors.joining(" "));
        Embedder embedder = Embedder.on(plain, EmbedOptions.parse(Map.of("long-text", "mean", "batch-tokens", "4096")));
        CountedVectors embeddings = CountedVectors.of(embedder, List.of(text));
        assertThat(embeddings.counts().get(Count.CHUNKS)).isEqualTo(25_000);
        assertThat(embeddings.counts().get(Count.TOKENS)).isEqualTo(250_000);

        float[] mean = embeddings.vectors()[0];
        List<ChunkVector> chunks = embedder.embedChunks(List.of(text)).get(0);
        assertThat(chunks.get(24_999).end()).isEqualTo(text.length());
        for (int i = 0; i < mean.length; i++) {
            int component = i;
            double expected = chunks.stream()
                    .mapToDouble(chunk -> chunk.vector()[component])
                    .average()
                    .orElseThrow();
            assertThat((double) mean[i]).isCloseTo(expected, within(1e-6));
        }
    }

    @Test
    void refusesChunksWhereEachTextHasOneVector() {
        Embedder embedder = Embedder.on(plain, EmbedOptions.defaults().with(EmbedOptions.LONG_TEXT, LongText.CHUNKS));
        assertRefused(
                () -> embedder.embed(List.of("cat")),
                ErrorCode.OPTION_INVALID,
                "option long-text: chunks is not for one vector of each text",
                "A long text has a vector for each of its chunks.",
                "Set long-text to truncate, fail or mean, or get the chunks: with embed_chunks(text) in SQL,"
                        + " embedChunks in Java.");
    }

    private static float[] mean(LoadedModel model, Map<String, String> options) {
        float[][] vectors = embed(model, options, CHUNKS.toArray(String[]::new));
        float[] mean = new float[vectors[0].length];
        for (int i = 0; i < mean.length; i++) {
            double sum = 0;
            for (int c = 0; c < 3; c++) {
                sum += OWN_TOKENS[c] * (double) vectors[c][i];
            }
            mean[i] = (float) (sum / Arrays.stream(OWN_TOKENS).sum());
        }
        return mean;
    }

    private static double length(float[] vector) {
        return Math.sqrt(IntStream.range(0, vector.length)
                .mapToDouble(i -> (double) vector[i] * vector[i])
                .sum());
    }

    private static float[][] embed(LoadedModel model, Map<String, String> options, String... texts) {
        return Embedder.on(model, EmbedOptions.parse(options)).embed(List.of(texts));
    }
}
