/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PackedBatchTest {
    @Test
    void putsAllTokensInOneRow() {
        PackedBatch batch = PackedBatch.of(List.of(new int[] {1, 2}, new int[] {3}, new int[] {4, 5, 6}), 0);
        assertThat(batch.ids()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(batch.tokens()).isEqualTo(6);
        assertThat(batch.texts()).isEqualTo(3);
    }

    @Test
    void countsRunsOfEquallyLongTexts() {
        int[] one = {7};
        int[] two = {8, 9};
        assertThat(PackedBatch.of(List.of(one), 0).runs()).containsExactly(1, 1);
        assertThat(PackedBatch.of(List.of(one, one, one), 0).runs()).containsExactly(1, 3);
        assertThat(PackedBatch.of(List.of(one, two, two), 0).runs()).containsExactly(1, 1, 2, 2);
        assertThat(PackedBatch.of(List.of(two, two, one, two), 0).runs()).containsExactly(2, 2, 1, 1, 2, 1);
    }

    @Test
    void keepsTokensWhoseNumberEqualsALengthApart() {
        PackedBatch batch = PackedBatch.of(List.of(new int[] {3, 3, 3}, new int[] {0, 0, 0}, new int[] {3}), 0);
        assertThat(batch.ids()).containsExactly(3, 3, 3, 0, 0, 0, 3);
        assertThat(batch.runs()).containsExactly(3, 2, 1, 1);
    }

    @Test
    void isHalvedBetweenTexts() {
        Random random = new Random(7);
        for (int batches = 0; batches < 200; batches++) {
            List<int[]> texts = new ArrayList<>();
            for (int count = 2 + random.nextInt(20); count > 0; count--) {
                texts.add(random.ints(1 + random.nextInt(30), 0, 99).toArray());
            }
            PackedBatch whole = PackedBatch.of(texts, 5);

            List<PackedBatch> halves = whole.halves();

            assertThat(halves).hasSize(2).allMatch(half -> half.texts() > 0 && half.unpooledPromptTokens() == 5);
            PackedBatch first = PackedBatch.of(texts.subList(0, halves.get(0).texts()), 5);
            PackedBatch second = PackedBatch.of(texts.subList(halves.get(0).texts(), texts.size()), 5);
            assertThat(halves.get(0).ids()).containsExactly(first.ids());
            assertThat(halves.get(1).ids()).containsExactly(second.ids());
            assertThat(halves.get(0).runs()).containsExactly(first.runs());
            assertThat(halves.get(1).runs()).containsExactly(second.runs());
            assertThat(Math.min(first.tokens(), second.tokens()))
                    .isGreaterThanOrEqualTo((whole.tokens() - 2 * whole.longest()) / 2);
        }
    }

    @Test
    void isPaddedByAtMostAQuarterOfItsTokens() {
        Random random = new Random(3);
        for (int batches = 0; batches < 200; batches++) {
            List<int[]> texts = new ArrayList<>();
            for (int count = 1 + random.nextInt(40); count > 0; count--) {
                texts.add(random.ints(1 + random.nextInt(30), 0, 99).toArray());
            }
            texts.sort(Comparator.comparingInt(text -> text.length));
            PackedBatch whole = PackedBatch.of(texts, 5);

            List<PackedBatch> parts = whole.paddedParts();

            List<Integer> ids = new ArrayList<>();
            List<Long> lengths = new ArrayList<>();
            for (PackedBatch part : parts) {
                assertThat(part.unpooledPromptTokens()).isEqualTo(5);
                assertThat(part.texts() * part.longest()).isLessThanOrEqualTo(whole.tokens() * 5 / 4);
                Arrays.stream(part.ids()).forEach(ids::add);
                for (int run = 0; run < part.runs().length; run += 2) {
                    lengths.addAll(Collections.nCopies((int) part.runs()[run + 1], part.runs()[run]));
                }
            }
            assertThat(ids).isEqualTo(Arrays.stream(whole.ids()).boxed().toList());
            assertThat(lengths)
                    .isEqualTo(texts.stream().map(text -> (long) text.length).toList());
            assertThat(parts.stream().mapToInt(PackedBatch::texts).sum()).isEqualTo(texts.size());
        }
    }

    @Test
    void padsTextsOfNearlyTheSameLengthTogether() {
        List<int[]> texts = List.of(new int[] {1, 2, 3}, new int[] {4, 5, 6, 7}, new int[] {8, 9, 10, 11});
        assertThat(PackedBatch.of(texts, 0).paddedParts()).hasSize(1);
        assertThat(PackedBatch.of(texts, 0).longest()).isEqualTo(4);
    }

    @Test
    void copiesTheTexts() {
        int[] text = {1, 2};
        PackedBatch batch = PackedBatch.of(List.of(text), 0);
        text[0] = 9;
        assertThat(batch.ids()).containsExactly(1, 2);
    }
}
