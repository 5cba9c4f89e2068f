/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.spark.LakeSpark;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** Tables of Delta Lake and Iceberg. */
@Tag("lakes")
class LakeNightsTest {
    @Nested
    class OfDelta extends Lake {
        OfDelta() {
            super("delta_nightly", List.of("--output-table", "delta_nightly", "--output-format", "delta"));
        }

        @Override
        Object version() {
            return spark().sql("DESCRIBE HISTORY " + table()).count();
        }

        @Override
        boolean keepsEmptyPartitionsAsNull() {
            return true;
        }
    }

    @Nested
    class OfDeltaByItsPath extends Lake {
        OfDeltaByItsPath() {
            super("", List.of("--output-format", "delta"));
        }

        @Override
        String table() {
            return "delta.`%s`".formatted(folder.resolve("out"));
        }

        @Override
        List<String> output() {
            return List.of("--output", folder.resolve("out").toString(), "--output-format", "delta");
        }

        @Override
        Object version() {
            return spark().sql("DESCRIBE HISTORY " + table()).count();
        }

        @Override
        boolean keepsEmptyPartitionsAsNull() {
            return true;
        }
    }

    @Nested
    class OfIceberg extends Lake {
        OfIceberg() {
            super("lake.db.nightly", List.of("--output-table", "lake.db.nightly"));
        }

        @Override
        Object version() {
            return spark().table(table() + ".snapshots").count();
        }
    }

    /** What they have in common. */
    abstract static class Lake extends NightsContract {
        private final String table;
        private final List<String> output;

        Lake(String table, List<String> output) {
            this.table = table;
            this.output = output;
        }

        String table() {
            return table;
        }

        @AfterEach
        void dropIt() {
            if (!table.isEmpty()) {
                spark().sql("DROP TABLE IF EXISTS " + table);
            }
        }

        @Override
        SparkSession spark() {
            return LakeSpark.session();
        }

        @Override
        boolean keepsVersions() {
            return true;
        }

        @Override
        List<String> output() {
            return output;
        }

        @Override
        Dataset<Row> there() {
            spark().sql("REFRESH TABLE " + table());
            return spark().table(table());
        }
    }
}
