/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Delta's tables by name. */
class DeltaRefreshTest extends LakeRefreshContract {
    @BeforeEach
    void createDatabase() {
        spark().sql("CREATE DATABASE IF NOT EXISTS deltas");
    }

    @Override
    String table() {
        return "deltas.refreshed";
    }

    @Override
    protected SinkRequest place(WriteMode mode) {
        return SinkRequest.table(table(), mode).as("delta");
    }

    /** Without column mapping; Delta's change data feed takes no backticks. */
    @Override
    protected String awkward() {
        return "a.b\"d\"";
    }

    @Override
    long versions() {
        return spark().sql("DESCRIBE HISTORY " + table()).count();
    }

    @Test
    void whatTheTableDemandsStays() {
        write(List.of(row(1L, "one", 10, 0.1f), row(2L, "two", 20, 0.2f)));
        set(Map.of(
                "delta.columnMapping.mode", "name",
                "delta.enableDeletionVectors", "true",
                "delta.enableChangeDataFeed", "true"));
        spark().sql("ALTER TABLE %s ADD CONSTRAINT few CHECK (id < 100)".formatted(table()));

        assertThat(apply(update(1L, "eins", 1), delete(2L), put(row(3L, "three", 30, 0.3f))))
                .isTrue();
        assertThat(found().keySet()).containsExactly("1", "3");
        assertThatThrownBy(() -> apply(put(row(100L, "many", 1, 0.5f)))).hasMessageContaining("few");
        assertThat(found().keySet()).containsExactly("1", "3");
        long newest = versions() - 1;
        assertThat(spark().sql("SELECT DISTINCT _change_type FROM table_changes('%s', %s)".formatted(table(), newest))
                        .count())
                .isEqualTo(4);
    }
}
