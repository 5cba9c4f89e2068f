/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShownTest {
    @ParameterizedTest
    @ValueSource(ints = {0, '\n', '\r', 0x1b, 0x85, 0x2028, 0x2029})
    void writesWhatBreaksALineAsInJava(int control) {
        assertThat(Shown.line("a" + Character.toString(control) + "b")).isEqualTo("a\\u%04xb".formatted(control));
    }

    @Test
    void leavesAllOtherCharactersAsTheyAre() {
        assertThat(Shown.line("caf\u00e9 \ud83d\ude00")).isEqualTo("caf\u00e9 \ud83d\ude00");
    }

    @Test
    void cutsAValueThatIsTooLongForASentence() {
        assertThat(Shown.value("a".repeat(120))).isEqualTo("a".repeat(120));
        assertThat(Shown.value("a".repeat(121))).isEqualTo("a".repeat(120) + "...");
        assertThat(Shown.value(null)).isEqualTo("null");
    }
}
