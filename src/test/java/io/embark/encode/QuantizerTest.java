/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import io.embark.EmbedOptions;
import io.embark.Encoding;
import io.embark.EncodingRanges;
import io.embark.ErrorCode;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class QuantizerTest {
    /** What Sentence Transformers makes of vectors, as {@code encodings.py} wrote it. */
    private static final class Golden {
        String name;
        float[] min;
        float[] max;
        float[][] vectors;
        int[][] int8;
        int[][] uint8;
        int[][] binary;
        int[][] ubinary;

        Map<Encoding, int[][]> codes() {
            return Map.of(
                    Encoding.INT8, int8, Encoding.UINT8, uint8, Encoding.BINARY, binary, Encoding.UBINARY, ubinary);
        }

        EmbedOptions options(Encoding encoding) {
            return EmbedOptions.defaults()
                    .with(EmbedOptions.ENCODING, encoding)
                    .with(EmbedOptions.ENCODING_RANGES, EncodingRanges.of(min, max));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Golden> goldens() throws IOException {
        try (Reader json = new InputStreamReader(
                QuantizerTest.class.getResourceAsStream("encodings.json"), StandardCharsets.UTF_8)) {
            return List.of(new Gson().fromJson(json, Golden[].class));
        }
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void givesTheCodesOfSentenceTransformers(Golden golden) {
        golden.codes().forEach((encoding, expected) -> {
            Quantizer quantizer = Quantizer.of(golden.options(encoding), golden.min.length, "golden");
            boolean signed = encoding == Encoding.INT8 || encoding == Encoding.BINARY;
            for (int i = 0; i < expected.length; i++) {
                byte[] actual = quantizer.quantize(golden.vectors[i]);
                int[] numbers = new int[actual.length];
                Arrays.setAll(numbers, k -> signed ? actual[k] : Byte.toUnsignedInt(actual[k]));
                assertThat(numbers).as("%s of vector %d", encoding, i).isEqualTo(expected[i]);
                assertThat(numbers).hasSize(encoding.length(golden.min.length));
            }
        });
    }

    @Test
    void theGoldensHoldWhatIsHard() throws IOException {
        Map<String, Golden> byName =
                goldens().stream().collect(Collectors.toMap(golden -> golden.name, golden -> golden));

        assertThat(goldens().stream().mapToInt(golden -> golden.vectors.length).sum())
                .isGreaterThan(40);
        assertThat(goldens()).anyMatch(golden -> golden.min.length % 8 != 0);
        assertThat(byName.get("extremes").vectors[0]).contains(0f, -0f, Float.MAX_VALUE, -Float.MAX_VALUE);
        assertThat(byName.get("extremes").min[6]).isEqualTo(byName.get("extremes").max[6]);
        assertThat(byName.get("values outside the ranges").uint8[0]).contains(0, 255);
        assertThat(Arrays.stream(byName.get("at the edges of codes").uint8[0]).distinct())
                .hasSizeGreaterThan(200);
    }

    @Test
    void packsTheFirstComponentIntoTheHighestBit() {
        float[] vector = {1, -1, 0, 2, -1, -1, -1, 3, -1, 4};

        assertThat(quantizer("ubinary", 10).quantize(vector)).containsExactly(0b1001_0001, 0b0100_0000);
        assertThat(quantizer("binary", 10).quantize(vector)).containsExactly(0b1001_0001 - 128, 0b0100_0000 - 128);
    }

    @ParameterizedTest
    @CsvSource({"FLOAT32, 384, 1536", "INT8, 384, 384", "UINT8, 384, 384", "BINARY, 48, 48", "UBINARY, 48, 48"})
    void tellsHowManyNumbersAndBytesAVectorTakes(Encoding encoding, int length, int bytes) {
        assertThat(encoding.length(384)).isEqualTo(length);
        assertThat(encoding.bytes(384)).isEqualTo(bytes);
        assertThat(Encoding.UBINARY.length(9)).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"int8", "uint8"})
    void refusesToMeasureWithoutRanges(String encoding) {
        assertRefused(
                () -> quantizer(encoding, 3),
                ErrorCode.OPTION_INVALID,
                "option encoding: %s needs option encoding-ranges".formatted(encoding),
                "Each component is measured within its own range, which has to be the same for every text.",
                "Set encoding-ranges to {\"min\": [...], \"max\": [...]} or to a file of it: the command embark embed takes"
                        + " ranges from a sample of its table and leaves them in its output, in _embark_ranges.json.");
    }

    @Test
    void refusesTheRangesOfOtherVectors() {
        EmbedOptions options =
                EmbedOptions.parse(Map.of("encoding", "int8", "encoding-ranges", "{\"min\": [0, 0], \"max\": [1, 1]}"));
        assertRefused(
                () -> Quantizer.of(options, 3, "tiny"),
                ErrorCode.OPTION_INVALID,
                "option encoding-ranges: has the ranges of 2 components",
                "The vectors of model tiny have 3, as the options cut them.",
                "Take the ranges of vectors of the same model and dimensions.");
    }

    private static Quantizer quantizer(String encoding, int dimension) {
        return Quantizer.of(EmbedOptions.parse(Map.of("encoding", encoding)), dimension, "tiny");
    }
}
