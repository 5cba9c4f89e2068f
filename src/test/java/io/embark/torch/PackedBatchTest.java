package io.embark.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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
    void copiesTheTexts() {
        int[] text = {1, 2};
        PackedBatch batch = PackedBatch.of(List.of(text), 0);
        text[0] = 9;
        assertThat(batch.ids()).containsExactly(1, 2);
    }
}
