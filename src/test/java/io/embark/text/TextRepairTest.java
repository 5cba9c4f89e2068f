/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextRepairTest {
    private static final String EMOJI = "\uD83D\uDE00";

    @Test
    void leavesAShortTextAlone() {
        String text = "a" + EMOJI;
        assertThat(TextRepair.cut(text, 3)).isSameAs(text);
        assertThat(TextRepair.cut("", 1)).isEmpty();
    }

    @Test
    void cutsWhereAWholeCharacterEnds() {
        assertThat(TextRepair.cut("abc", 2)).isEqualTo("ab");
        assertThat(TextRepair.cut("a" + EMOJI + "b", 3)).isEqualTo("a" + EMOJI);
        assertThat(TextRepair.cut("a" + EMOJI + "b", 2)).isEqualTo("a");
        assertThat(TextRepair.cut(EMOJI, 1)).isEmpty();
    }

    @Test
    void keepsASurrogateThatHasNoPartnerAtTheCut() {
        assertThat(TextRepair.cut("a\uD83Dbc", 2)).isEqualTo("a\uD83D");
        assertThat(TextRepair.cut("a\uDE00bc", 2)).isEqualTo("a\uDE00");
        assertThat(TextRepair.cut("ab\uDE00c", 2)).isEqualTo("ab");
    }

    @Test
    void leavesASoundTextAlone() {
        String text = "plain " + EMOJI + EMOJI + " \uFFFD";
        assertThat(TextRepair.replaceUnpairedSurrogates(text)).isSameAs(text);
    }

    @ParameterizedTest
    @CsvSource({
        "\uD83D, \uFFFD",
        "\uDE00, \uFFFD",
        "\uDE00\uD83D, \uFFFD\uFFFD",
        "\uD83D\uD83D\uDE00, \uFFFD\uD83D\uDE00",
        "\uD83D\uDE00\uDE00, \uD83D\uDE00\uFFFD",
        "a\uD83Db\uDE00c, a\uFFFDb\uFFFDc",
        "\uD83D\uDE00\uD83D, \uD83D\uDE00\uFFFD"
    })
    void replacesEachSurrogateWithoutPartner(String broken, String repaired) {
        assertThat(TextRepair.replaceUnpairedSurrogates(broken)).isEqualTo(repaired);
    }

    @Test
    void repairsALongTextInOnePass() {
        String repaired = TextRepair.replaceUnpairedSurrogates("\uD83D ".repeat(1_000_000));
        assertThat(repaired.equals("\uFFFD ".repeat(1_000_000))).isTrue();
    }
}
