/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.weights;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HalfFloatsTest {
    /** Bit patterns from IEEE 754-2019, table 3.5. */
    @ParameterizedTest
    @CsvSource({
        "0, 0x0000",
        "1, 0x3c00",
        "-2, 0xc000",
        "65504, 0x7bff",
        "65520, 0x7c00",
        "6.1035156e-5, 0x0400",
        "5.9604645e-8, 0x0001",
        "2.9802322e-8, 0x0000",
        "0.33325195, 0x3555",
        "1.0004883, 0x3c00",
        "1.0014648, 0x3c02"
    })
    void roundsToTheNearestFloat16TiesToEven(float value, String bits) {
        assertThat(HalfFloats.toFloat16(value) & 0xffff).isEqualTo(Integer.decode(bits));
    }

    @Test
    void bringsEveryFiniteFloat16Back() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = HalfFloats.fromFloat16((short) bits);
            if (Float.isFinite(value)) {
                assertThat(HalfFloats.toFloat16(value) & 0xffff).isEqualTo(bits);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 0x3f80", "-2, 0xc000", "1.00390625, 0x3f80", "1.01171875, 0x3f82"})
    void roundsToTheNearestBfloat16TiesToEven(float value, String bits) {
        assertThat(HalfFloats.toBfloat16(value) & 0xffff).isEqualTo(Integer.decode(bits));
    }
}
