/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Halves against the definition: of all values the nearest, of two equally near ones that with an even last bit. */
class HalfTest {
    @Test
    void eachHalfIsItselfAgain() {
        for (int bits = 0; bits <= 0xFFFF; bits++) {
            float value = Half.value((short) bits);
            if (!Float.isNaN(value)) {
                assertThat(Half.of(value)).isEqualTo((short) bits);
            }
        }
    }

    @Test
    void aNumberBecomesTheNearestHalf() {
        NavigableMap<Double, Integer> halves = new TreeMap<>();
        for (int bits = 0; bits < 0x7C00; bits++) {
            halves.put((double) Half.value((short) bits), bits);
        }
        // As if exponents went on: numbers from half a step beyond the greatest half on are infinite.
        halves.put(65536.0, 0x7C00);

        Random random = new Random(42);
        for (int i = 0; i < 200_000; i++) {
            float value = i % 2 == 0
                    ? Float.intBitsToFloat(random.nextInt(0x4780_0000))
                    : (float) middleAbove(halves, random.nextInt(0x7C00));
            int below = halves.floorEntry((double) value).getValue();
            int above = halves.ceilingEntry((double) value).getValue();
            double down = value - halves.floorKey((double) value);
            double up = halves.ceilingKey((double) value) - value;
            int nearest = down < up || (down == up && (below & 1) == 0) ? below : above;

            assertThat(Short.toUnsignedInt(Half.of(value))).as("%s", value).isEqualTo(nearest);
            assertThat(Short.toUnsignedInt(Half.of(-value))).isEqualTo(nearest | 0x8000);
        }
    }

    private static double middleAbove(NavigableMap<Double, Integer> halves, int bits) {
        double below = Half.value((short) bits);
        return (below + halves.higherKey(below)) / 2;
    }

    @Test
    void whatIsTooGreatIsInfiniteAndWhatIsNoNumberStaysNone() {
        assertThat(Half.rounded(65519.996f)).isEqualTo(Half.MAX);
        assertThat(Half.rounded(65520)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(Half.rounded(-1e30f)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(Half.rounded(Float.NaN)).isNaN();
        assertThat(Half.of(-0f)).isEqualTo((short) 0x8000);
    }
}
