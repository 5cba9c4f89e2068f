/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.spark.SharedSpark;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class LengthCheckTest {
    private final Dataset<Row> rows = SharedSpark.session()
            .sql("SELECT * FROM VALUES (1, 'short', 'x'), (2, NULL, NULL), (3, 'ääää', 'y') AS t(id, `a.b`, other)");

    @Test
    void aStringOfTooManyBytesIsToldWithItsRow() {
        assertThatThrownBy(() -> LengthCheck.requireFits(rows, List.of("id"), Map.of("a.b", 7, "other", 9)))
                .hasMessage("""
                        column 'a.b': has 8 bytes in row id=3
                        The store holds 7 bytes of UTF-8 there.
                        Leave the column out, or cut it with --sql 'SELECT left(...)'; vectors can be of the whole text all the same.""");
    }

    @Test
    void stringsThatFitAndColumnsOfTheRunItselfAreLeftAlone() {
        assertThatCode(() -> LengthCheck.requireFits(rows, List.of("id", "chunk"), Map.of("a.b", 8, "chunk_text", 1)))
                .doesNotThrowAnyException();
    }
}
