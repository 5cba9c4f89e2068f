/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.print;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrintingTest {
    @Test
    void progressTellsSpeedAndTimeLeft() {
        assertThat(ProgressLine.text(25_000, OptionalLong.empty(), 500_000, OptionalLong.of(100_000), 50))
                .isEqualTo("embark: 25,000 of 100,000 rows (25 %), 500 rows/s, 10,000 tokens/s, 2 min 30 s left");
    }

    @Test
    void progressWithoutATotalTellsNoTimeLeft() {
        assertThat(ProgressLine.text(25_000, OptionalLong.empty(), 500_000, OptionalLong.empty(), 50))
                .isEqualTo("embark: 25,000 rows, 500 rows/s, 10,000 tokens/s");
    }

    @Test
    void progressTellsHowManyRowsAreSafe() {
        assertThat(ProgressLine.text(25_000, OptionalLong.of(20_000), 500_000, OptionalLong.of(100_000), 50))
                .isEqualTo(
                        "embark: 25,000 of 100,000 rows (25 %), 20,000 safe, 500 rows/s, 10,000 tokens/s, 2 min 30 s left");
    }

    @Test
    void progressAtTheStartTellsNoSpeed() {
        assertThat(ProgressLine.text(0, OptionalLong.empty(), 0, OptionalLong.of(7), 1))
                .isEqualTo("embark: 0 of 7 rows (0 %)");
        assertThat(ProgressLine.text(0, OptionalLong.empty(), 0, OptionalLong.empty(), 1))
                .isEqualTo("embark: 0 rows");
    }

    @Test
    void aTerminalShowsOnlyTheLastText() {
        assertThat(printed(true)).isEqualTo("\r\u001b[Ka\r\u001b[Kb\r\u001b[K");
    }

    @Test
    void elsewhereEachTextHasALine() {
        assertThat(printed(false)).isEqualTo("a\nb\n");
    }

    private static String printed(boolean terminal) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        StatusLine line = new StatusLine(new PrintStream(bytes, true, StandardCharsets.UTF_8), terminal);
        line.show("a");
        line.show("b");
        line.erase();
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({"0.04,0.0 s", "9.94,9.9 s", "12.2,12 s", "61,1 min 01 s", "3599,59 min 59 s", "7500,2 h 05 min"})
    void durationsHaveUnits(double seconds, String text) {
        assertThat(Figures.duration(seconds)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0,0 rows", "1,1 row", "2,2 rows"})
    void oneIsNotMany(long number, String text) {
        assertThat(Figures.count(number, "row", "rows")).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"999,999 bytes", "1000,1.0 kB", "90868376,90.9 MB", "5000000000000000,5000.0 TB"})
    void sizesHaveUnits(long bytes, String text) {
        assertThat(Figures.bytes(bytes)).isEqualTo(text);
    }

    @Test
    void aTableFitsTheLine() {
        List<String> lines = new TextTable(
                        List.of("score", "text"),
                        List.of(List.of("0.9", "a very long text indeed"), List.of("0.8", "b")))
                .lines(20);

        assertThat(lines).containsExactly("score  text", "0.9    a very long …", "0.8    b");
    }

    @Test
    void aTableKeepsToItsLinesWhateverItsCellsHold() {
        List<String> lines = new TextTable(List.of("t"), List.of(List.of("a\nb\u001b[31m\tc\u0000\u202e"))).lines(80);

        assertThat(lines).containsExactly("t", "a b [31m c");
    }

    @Test
    void shorteningNeverCutsACharacterInTwo() {
        assertThat(TextTable.shorten("😀😀😀", 2)).isEqualTo("😀…");
    }
}
