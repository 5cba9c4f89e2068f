/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.EmbedOptions;
import io.embark.Precision;
import io.embark.benchmark.Glosses;
import io.embark.text.TokenizedText;
import io.embark.torch.Placement;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The vectors against ONNX Runtime on the same weights. */
class OracleTest {
    private static final int LIMIT = 256;

    private static OnnxOracle oracle;

    @BeforeAll
    static void open() throws Exception {
        oracle = new OnnxOracle(SharedModel.bundled().folder());
    }

    @AfterAll
    static void close() throws Exception {
        oracle.close();
    }

    @Test
    void givesTheVectorsOfOnnxRuntimeForRealTexts() {
        assertSameAsOracle(Glosses.first(2_000));
    }

    @Test
    void givesTheVectorsOfOnnxRuntimeForNastyTexts() {
        assertSameAsOracle(NastyTexts.all());
    }

    @Test
    void givesTheVectorsOfOnnxRuntimeFromTheShortestTextToBeyondTheLimit() {
        List<String> texts = MixedLengths.texts(48, 300, 1);
        List<TokenizedText> tokenized = SharedModel.bundled().tokenizer().tokenize(texts);
        assertThat(tokenized.stream().map(text -> text.ids().length / 64).distinct())
                .containsExactlyInAnyOrder(0, 1, 2, 3, LIMIT / 64);
        assertThat(tokenized).anyMatch(text -> text.ids().length <= 4);
        assertThat(tokenized).filteredOn(TokenizedText::truncated).hasSizeBetween(5, 40);
        assertSameAsOracle(texts);
    }

    /** As near as each format's rounding lets a model of real weights come; the worst of these texts has 0.999998 and 0.9999. */
    @ParameterizedTest
    @CsvSource({"FLOAT16, 0.99999", "BFLOAT16, 0.9998"})
    void halfPrecisionStaysNearTheVectorsOfOnnxRuntime(Precision precision, double minCosine) {
        EmbedOptions options = EmbedOptions.defaults();
        List<String> texts = Stream.concat(Glosses.first(200).stream(), NastyTexts.all().stream())
                .toList();
        try (LoadedModel model = LoadedModel.open(
                SharedModel.bundled().folder(), options, new Placement("cpu", precision, false), new Semaphore(2))) {
            Differences.assertNear(Embedder.on(model, options).embed(texts), oracle.embed(texts), minCosine);
        }
    }

    private static void assertSameAsOracle(List<String> texts) {
        Differences.assertSame(SharedModel.embedder(EmbedOptions.defaults()).embed(texts), oracle.embed(texts));
    }
}
