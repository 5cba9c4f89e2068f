/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.embark.EmbedOptions;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.weights.DataType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tables small enough that what they give can be added up by hand. */
class StaticModelTest {
    private static final int WIDTH = 6;
    private static final int THE = 8;
    private static final int CAT = 9;
    private static final double TOLERANCE = 1e-6;

    @TempDir
    private Path temporary;

    private ModelFolderBuilder builder;

    @BeforeEach
    void build() {
        builder = ModelFolderBuilder.in(temporary.resolve("tiny"))
                .without("config.json")
                .without("sentence_bert_config.json")
                .file("modules.json", """
                        [{"path": "", "type": "sentence_transformers.models.StaticEmbedding"}]""")
                .tensor("embedding.weight", 20L, (long) WIDTH);
    }

    @Test
    void givesTheMeanOfTheTokensRowsWithoutSpecialTokens() {
        float[] table = builder.values("embedding.weight");
        float[] vector = embed(List.of("the cat the"))[0];
        for (int i = 0; i < WIDTH; i++) {
            double mean = (2 * table[THE * WIDTH + i] + table[CAT * WIDTH + i]) / 3;
            assertThat((double) vector[i]).isCloseTo(mean, within(TOLERANCE));
        }
    }

    @Test
    void givesZerosToATextWithoutTokens() {
        float[][] vectors = embed(List.of("", "the", " "));
        assertThat(vectors[0]).containsOnly(0).hasSize(WIDTH);
        assertThat(vectors[1]).doesNotContain(0);
        assertThat(vectors[2]).containsOnly(0);
        assertThat(embed(List.of(""))[0]).containsOnly(0).hasSize(WIDTH);
    }

    @Test
    void putsATextWithoutTokensThroughTheModulesBehindTheTable() {
        builder.file("modules.json", """
                        [{"path": "", "type": "sentence_transformers.models.StaticEmbedding"},
                         {"path": "", "type": "sentence_transformers.models.Dense"}]""")
                .file("config.json", """
                        {"in_features": 6, "out_features": 2, "activation_function": "torch.nn.modules.linear.Identity"}""")
                .tensor("linear.weight", 2L, (long) WIDTH)
                .tensor("linear.bias", 2L);
        assertThat(embed(List.of("the cat", ""))[1]).containsExactly(builder.values("linear.bias"));
    }

    @ParameterizedTest
    @EnumSource(names = {"INT32", "INT64"})
    void looksUpTheRowsThatTokensShareAndMultipliesThem(DataType type) {
        builder.withoutTensor("embedding.weight")
                .tensor("embeddings", 3L, (long) WIDTH)
                .tensor("mapping", 20L)
                .dataType("mapping", type)
                .value("mapping", CAT, 2)
                .tensor("weights", 20L)
                .dataType("weights", DataType.FLOAT64);
        float[] table = builder.values("embeddings");
        float[] factors = builder.values("weights");
        float[] vector = embed(List.of("the cat"))[0];
        for (int i = 0; i < WIDTH; i++) {
            double mean = (factors[THE] * table[i] + factors[CAT] * table[2 * WIDTH + i]) / 2;
            assertThat((double) vector[i]).isCloseTo(mean, within(TOLERANCE));
        }
    }

    @Test
    void takesFarMoreTokensAtATimeThanANetwork() {
        List<String> texts = IntStream.range(0, 200)
                .mapToObj(i -> "the cat " + "a ".repeat(i % 5) + "1 ".repeat(i / 5))
                .toList();
        try (Embedder embedder = Embedder.open(options().with(EmbedOptions.BATCH_TOKENS, 64))) {
            CountedVectors embedded = CountedVectors.of(embedder, texts);
            assertThat(embedded.counts().get(Count.TOKENS)).isEqualTo(200 * 2 + 40 * 10 + 5 * 780);
            assertThat(embedded.counts().get(Count.BATCHES)).isEqualTo(2);
            for (int i = 0; i < texts.size(); i++) {
                assertThat(Arrays.equals(embedder.embed(List.of(texts.get(i)))[0], embedded.vectors()[i]))
                        .as(texts.get(i))
                        .isTrue();
            }
        }
    }

    private float[][] embed(List<String> texts) {
        try (Embedder embedder = Embedder.open(options())) {
            return embedder.embed(texts);
        }
    }

    private EmbedOptions options() {
        return EmbedOptions.defaults()
                .with(EmbedOptions.MODEL, builder.write().toString())
                .with(EmbedOptions.THREADS, 1);
    }
}
