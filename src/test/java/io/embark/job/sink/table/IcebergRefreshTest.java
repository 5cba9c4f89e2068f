/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Iceberg's tables, whose files are copied when a row of theirs changes. */
class IcebergRefreshTest extends LakeRefreshContract {
    /** Iceberg 1.10 does not see that its table of snapshots is out of date where a name has a dot. */
    @Override
    String table() {
        return "lake.`db 1`.refreshed";
    }

    @Override
    protected SinkRequest place(WriteMode mode) {
        return SinkRequest.table(table(), mode);
    }

    @Override
    long versions() {
        return spark().sql("SELECT * FROM %s.snapshots".formatted(table())).count();
    }

    @Test
    void aTableThatLetsRunsThroughIsRefused() {
        write(List.of(row(1L, "one", 10, 0.1f)));
        set(Map.of("write.merge.isolation-level", "snapshot"));

        assertThatThrownBy(() -> refreshing(sink()).there())
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        output table %s: cannot be refreshed
                        Its property write.merge.isolation-level is snapshot: two runs at once could add a row of the same key each.
                        Set the property to serializable.""".formatted(table()));
    }
}
