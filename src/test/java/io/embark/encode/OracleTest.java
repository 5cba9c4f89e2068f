package io.embark.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.EmbedOptions;
import io.embark.benchmark.Glosses;
import io.embark.text.TokenizedText;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

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

    private static void assertSameAsOracle(List<String> texts) {
        Differences.assertSame(SharedModel.embedder(EmbedOptions.defaults()).embed(texts), oracle.embed(texts));
    }
}
