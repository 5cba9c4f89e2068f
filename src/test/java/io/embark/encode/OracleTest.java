package io.embark.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.EmbedOptions;
import io.embark.benchmark.Glosses;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The vectors against ONNX Runtime on the same weights. */
class OracleTest {
    private static final double MIN_COSINE = 0.999999;
    private static final float MAX_DIFFERENCE = 1e-5f;

    @Test
    void givesTheVectorsOfOnnxRuntimeForRealAndNastyTexts() throws Exception {
        List<String> texts = new ArrayList<>(Glosses.first(2_000));
        texts.addAll(NastyTexts.all());
        try (Embedder embedder = Embedder.open(EmbedOptions.defaults());
                OnnxOracle oracle = new OnnxOracle(embedder.model())) {
            float[][] vectors = embedder.embed(texts);
            for (int i = 0; i < texts.size(); i++) {
                float[] expected = oracle.embed(texts.get(i));
                assertThat(vectors[i]).as("text %d", i).hasSize(384);
                assertThat(cosine(vectors[i], expected)).as("text %d", i).isGreaterThanOrEqualTo(MIN_COSINE);
                assertThat(vectors[i]).as("text %d", i).containsExactly(expected, within(MAX_DIFFERENCE));
            }
        }
    }

    private static org.assertj.core.data.Offset<Float> within(float difference) {
        return org.assertj.core.data.Offset.offset(difference);
    }

    private static double cosine(float[] a, float[] b) {
        double product = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            squaresA += (double) a[i] * a[i];
            squaresB += (double) b[i] * b[i];
        }
        return product / Math.sqrt(squaresA * squaresB);
    }
}
