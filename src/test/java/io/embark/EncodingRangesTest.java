/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EncodingRangesTest {
    private static final String JSON = " {\"max\": [1, 2.5e-3], \"min\": [-1, 2.5e-3]}";

    @TempDir
    Path folder;

    @Test
    void readsJson() {
        EncodingRanges ranges = EncodingRanges.parse(JSON);

        assertThat(ranges.dimension()).isEqualTo(2);
        assertThat(ranges.min(0)).isEqualTo(-1);
        assertThat(ranges.step(0)).isEqualTo(2 / 255f);
        assertThat(ranges.step(1)).as("of a range without width").isEqualTo(1);
    }

    @Test
    void readsAFileOfJson() throws IOException {
        Path file = Files.writeString(folder.resolve("ranges.json"), JSON);

        assertThat(EncodingRanges.parse(file.toString()).read()).isEqualTo(EncodingRanges.parse(JSON));
    }

    @Test
    void writesEqualRangesAsEqualTexts() {
        String written = EncodingRanges.parse(JSON).toString();

        assertThat(written).isEqualTo("{\"min\": [-1.0, 0.0025], \"max\": [1.0, 0.0025]}");
        assertThat(EncodingRanges.parse(written).toString()).isEqualTo(written);
        assertThat(EncodingRanges.parse(written))
                .isEqualTo(EncodingRanges.parse(JSON))
                .hasSameHashCodeAs(EncodingRanges.parse(JSON));
    }

    @Test
    void doesNotChangeWithTheArraysThatItWasMadeOf() {
        float[] min = {0};
        EncodingRanges ranges = EncodingRanges.of(min, new float[] {1});
        min[0] = 7;

        assertThat(ranges.min(0)).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"min": [0]}                       | has the keys [min] | It has min and max, and nothing else.
            {"min": [0], "max": [1], "mean": 0} | has the keys [min, max, mean] | It has min and max, and nothing else.
            {"min": [0], "max": [1, 2]}        | min has 1 components and max 2 | Each component has one range.
            {"min": [], "max": []}             | min has 0 components and max 0 | Each component has one range.
            {"min": [0, 2], "max": [1, 1]}     | component 1 has the range 2.0 to 1.0 | A range goes from a finite number to one that is not smaller.
            {"min": [0], "max": [1e39]}        | component 0 has the range 0.0 to Infinity | A range goes from a finite number to one that is not smaller.
            {"min": [0], "max": [NaN]}         | is not JSON | Reading it ended with: malformed JSON at line 1 column 22 path $.max[0].
            {"min": [-Infinity], "max": [1]}   | is not JSON | Reading it ended with: malformed JSON at line 1 column 10 path $.min[0].
            {"min": [0], "max": [1e999]}       | is not JSON | Reading it ended with: JSON forbids NaN and infinities: Infinity at line 1 column 27 path $.max[0].
            {"min": [0], "max": [1], "max": [2]} | is not JSON | Reading it ended with: the name 'max' is given twice.
            {"min": [0], "max": [1]} []        | is not JSON | Reading it ended with: malformed JSON at line 1 column 27 path $.
            {min: [0], "max": [1]}             | is not JSON | Reading it ended with: malformed JSON at line 1 column 3 path $..
            """)
    void refusesWhatIsNoRanges(String json, String problem, String cause) {
        assertRefused(
                () -> EncodingRanges.parse(json),
                ErrorCode.OPTION_INVALID,
                "option encoding-ranges: " + problem,
                cause,
                "Set it to {\"min\": [...], \"max\": [...]} with a number for each component, or to a file of that.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"min": [                       | is not JSON
            {"min": [0]; "max": [1]}        | is not JSON
            {"min": [0], /**/ "max": [1]}   | is not JSON
            {"min": [0], "max": [1,]}       | is not JSON
            {"min": 0, "max": 1}            | min is no array of numbers
            {"min": [0], "max": ["a"]}      | max is no array of numbers
            {"min": [[0, 1]], "max": [1]}   | min is no array of numbers
            {"min": [null], "max": [1]}     | min is no array of numbers
            /no/such/file                   | /no/such/file cannot be read
            """)
    void refusesWhatCannotBeRead(String value, String problem) {
        assertThatThrownBy(() -> EncodingRanges.parse(value).read())
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("option encoding-ranges: %s\n".formatted(problem))
                .hasMessageEndingWith("with a number for each component, or to a file of that.");
    }

    @Test
    void saysOfAFileThatIsMissingNothingOfJava() {
        assertThatThrownBy(() -> EncodingRanges.parse("/no/such/file").read())
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        option encoding-ranges: /no/such/file cannot be read
                        There is no such file, or its permissions forbid it.
                        Set it to {"min": [...], "max": [...]} with a number for each component, or to a file of that.""");
    }

    @Test
    void aFileIsReadWhenItIsAskedFor() {
        EncodingRanges ranges = EncodingRanges.parse("/no/such/file");

        assertThat(ranges.file()).contains("/no/such/file");
        assertThat(ranges).hasToString("/no/such/file").isEqualTo(EncodingRanges.inFile("/no/such/file"));
        assertThat(ranges).isNotEqualTo(EncodingRanges.inFile("/another/file"));
        assertThatThrownBy(() -> ranges.min(0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the ranges in /no/such/file were not read");
        assertThat(EncodingRanges.parse(JSON).read()).isEqualTo(EncodingRanges.parse(JSON));
    }

    @Test
    void readsNoMoreThanAVectorCanHave() throws IOException {
        String zeros = "0,".repeat(65_536);
        Path file = Files.write(folder.resolve("ranges.json"), new byte[(8 << 20) + 1]);

        assertThatThrownBy(() -> EncodingRanges.parse("{\"min\": [%s0]}".formatted(zeros)))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("option encoding-ranges: min has more than 65536 components\n");
        assertThatThrownBy(() -> EncodingRanges.parse(file.toString()).read())
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith(
                        "option encoding-ranges: %s cannot be read\njava.io.IOException: a file of more than 8388608 bytes\n"
                                .formatted(file));
    }
}
