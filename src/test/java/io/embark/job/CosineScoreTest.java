package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import scala.collection.JavaConverters;

class CosineScoreTest {
    @Test
    void isTheCosineWhateverTheLengths() {
        assertThat((Double) score(List.of(4f, 3f))).isCloseTo(24.0 / 25, within(1e-12));
        assertThat((Double) score(List.of(-30.0, -40.0))).isCloseTo(-1, within(1e-12));
        assertThat((Double) score(List.of(-4f, 3f))).isCloseTo(0, within(1e-12));
    }

    @Test
    void isNullWhereThereIsNoVectorToCompare() {
        assertThat(score(null)).isNull();
        assertThat(score(List.of(0f, 0f))).isNull();
        assertThat(score(List.of(1f))).isNull();
        assertThat(score(List.of())).isNull();
        assertThat(score(Arrays.asList(1f, null))).isNull();
    }

    @Test
    void leavesTheOtherColumnsAlone() {
        Row scored = new CosineScore(new float[] {3, 4}).call(RowFactory.create(null, "a", null));

        assertThat(scored.get(1)).isEqualTo("a");
        assertThat(scored.isNullAt(2)).isTrue();
    }

    private static Object score(List<? extends Number> vector) {
        Object column = vector == null ? null : JavaConverters.asScalaBuffer(vector);
        return new CosineScore(new float[] {3, 4})
                .call(RowFactory.create(column))
                .get(0);
    }
}
