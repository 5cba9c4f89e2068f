/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.spark.LakeSpark;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Iceberg's tables, beside whose files it is noted which rows of theirs no longer count. */
class IcebergDeltasRefreshTest extends IcebergRefreshTest {
    private static final String CATALOG = "noting";

    @TempDir
    static Path folder;

    @BeforeAll
    static void addCatalog() {
        KilledLakeWrite.addCatalog(LakeSpark.session(), CATALOG, folder);
        LakeSpark.session()
                .conf()
                .set("spark.sql.catalog.%s.table-override.write.merge.mode".formatted(CATALOG), "merge-on-read");
    }

    @Override
    String table() {
        return CATALOG + ".db.refreshed";
    }

    @Test
    void rowsAreNotedBesideTheirFiles() {
        write(List.of(row(1L, "one", 10, 0.1f), row(2L, "two", 20, 0.2f)));

        apply(delete(1L));
        assertThat(spark().sql("SELECT * FROM %s.delete_files".formatted(table()))
                        .count())
                .isEqualTo(1);
    }
}
