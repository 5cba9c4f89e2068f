/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tables of Delta Lake with a change data feed, and tables of Iceberg, as sources of their like. */
@Tag("lakes")
class LakeChangesTest {
    /** What tables of Delta have in common. */
    abstract static class Delta extends ChangesContract {
        @Override
        String declared() {
            return "USING delta TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')";
        }

        @Override
        String file() {
            return "input_file_name()";
        }

        @Override
        void compact(String table) {
            sql("OPTIMIZE %s", table);
        }

        @Override
        void undo(String table) {
            sql("RESTORE TABLE %s TO VERSION AS OF %s", table, newest(table) - 1);
        }

        @Override
        boolean tellsReplacedRows() {
            return true;
        }

        long newest(String table) {
            return spark().sql("DESCRIBE HISTORY " + table)
                    .agg(functions.max("version"))
                    .as(Encoders.LONG())
                    .head();
        }
    }

    @Nested
    class OfDelta extends Delta {
        @Override
        String source() {
            return "delta_source";
        }

        @Override
        List<String> input() {
            return List.of("--table", source());
        }

        @Override
        String output() {
            return "delta_follows";
        }

        @Override
        List<String> into() {
            return List.of("--output-table", output(), "--output-format", "delta");
        }

        @Test
        void aFeedWithAGapIsNotRead() throws Exception {
            night();
            sql("ALTER TABLE %s SET TBLPROPERTIES ('delta.enableChangeDataFeed' = 'false')", source());
            sql("UPDATE %s SET body = 'another cat' WHERE id = 1", source());
            sql("ALTER TABLE %s SET TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')", source());
            assertThat(night())
                    .startsWith(
                            "changed 1, unchanged 11, embedded 1; whole: its changes cannot be read: Error getting change data");
            requireFresh();
            assertThat(night()).isEqualTo("unchanged 12; by changes");
        }

        @Test
        void aFeedWhoseFilesAreGoneIsNotRead() throws Exception {
            night();
            sql("UPDATE %s SET body = 'another cat' WHERE id = 1", source());
            spark().conf().set("spark.databricks.delta.retentionDurationCheck.enabled", "false");
            sql("VACUUM %s RETAIN 0 HOURS", source());
            spark().conf().unset("spark.databricks.delta.retentionDurationCheck.enabled");
            assertThat(night())
                    .startsWith("changed 1, unchanged 11, embedded 1; whole: its changes cannot be read: ")
                    .contains("does not exist");
            requireFresh();

            sql("UPDATE %s SET body = 'a third cat' WHERE id = 1", source());
            spark().conf().set("spark.sql.files.ignoreMissingFiles", "true");
            try {
                assertThat(night())
                        .isEqualTo(
                                "changed 1, unchanged 11, embedded 1; whole: with spark.sql.files.ignoreMissingFiles=true changes could be lost");
            } finally {
                spark().conf().unset("spark.sql.files.ignoreMissingFiles");
            }
            requireFresh();
        }

        @Test
        void aColumnMoreReadsTheWholeSource() throws Exception {
            night();
            sql("ALTER TABLE %s ADD COLUMN tag STRING", source());
            sql("UPDATE %s SET tag = 'a' WHERE id = 1", source());
            assertThat(night("--new-columns", "add"))
                    .isEqualTo("updated 12; whole: the last refresh had other settings or columns");
            sql("UPDATE %s SET tag = 'b' WHERE id = 1", source());
            assertThat(night()).isEqualTo("updated 1, unchanged 11; by changes");
        }

        /** What somebody says with each commit of the session stands where the version would. */
        @Test
        void anotherTextOfTheCommitStays() throws Exception {
            spark().conf().set("spark.databricks.delta.commitInfo.userMetadata", "of somebody else");
            try {
                night();
            } finally {
                spark().conf().unset("spark.databricks.delta.commitInfo.userMetadata");
            }
            assertThat(night())
                    .isEqualTo("unchanged 12; whole: version 0 of the output does not tell what it was made of");
            assertThat(spark().sql("DESCRIBE HISTORY " + output())
                            .select("userMetadata")
                            .as(Encoders.STRING())
                            .collectAsList())
                    .containsExactly("of somebody else");
        }
    }

    @Nested
    class OfDeltaByItsPath extends Delta {
        @Override
        String source() {
            return "delta.`%s`".formatted(folder.resolve("source"));
        }

        @Override
        List<String> input() {
            return List.of("--input", folder.resolve("source").toString());
        }

        @Override
        String output() {
            return "delta.`%s`".formatted(folder.resolve("out"));
        }

        @Override
        List<String> into() {
            return List.of("--output", folder.resolve("out").toString(), "--output-format", "delta");
        }
    }

    @Nested
    class OfIceberg extends ChangesContract {
        @Override
        String source() {
            return "lake.db.source";
        }

        @Override
        List<String> input() {
            return List.of("--table", source());
        }

        @Override
        String output() {
            return "lake.db.follows";
        }

        @Override
        List<String> into() {
            return List.of("--output-table", output());
        }

        @Override
        String declared() {
            return "USING iceberg";
        }

        @Override
        String file() {
            return "_file";
        }

        @Override
        void compact(String table) {
            sql("CALL lake.system.rewrite_data_files(table => '%s', options => map('rewrite-all', 'true'))", table);
        }

        @Override
        void undo(String table) {
            long before = spark().table(table + ".snapshots")
                    .orderBy(functions.col("committed_at").desc())
                    .select("parent_id")
                    .as(Encoders.LONG())
                    .head();
            sql("CALL lake.system.rollback_to_snapshot('%s', %s)", table, before);
        }

        @Override
        boolean tellsReplacedRows() {
            return false;
        }

        @Test
        void deleteFilesAreNotInAChangelog() throws Exception {
            sql(
                    "ALTER TABLE %s SET TBLPROPERTIES ('write.delete.mode' = 'merge-on-read', 'write.update.mode' = 'merge-on-read')",
                    source());
            night();
            sql("UPDATE %s SET body = 'another cat' WHERE id = 1", source());
            sql("DELETE FROM %s WHERE id = 2", source());
            String why = "; whole: its snapshot N has delete files, of which no changelog tells";
            assertThat(night()).isEqualTo("changed 1, unchanged 10, kept 1, embedded 1" + why);
            assertThat(night())
                    .isEqualTo("unchanged 10, kept 1; by changes".replace("unchanged 10, kept 1", "unchanged 12"));
            compact(source());
            sql("UPDATE %s SET body = 'a third cat' WHERE id = 1", source());
            assertThat(night()).startsWith("changed 1, unchanged 10, kept 1, embedded 1; whole: ");
        }

        /** No snapshot tells of it. */
        @Test
        void aColumnThatIsMadeAnewReadsTheWholeSource() throws Exception {
            night();
            sql("ALTER TABLE %s DROP COLUMN body", source());
            sql("ALTER TABLE %s ADD COLUMN body STRING", source());
            assertThat(night()).isEqualTo("changed 12; whole: its columns are others than those that the output is of");
            requireFresh();
        }

        @Test
        void snapshotsThatExpiredTellNothing() throws Exception {
            night();
            sql("UPDATE %s SET body = 'another cat' WHERE id = 1", source());
            sql(
                    "CALL lake.system.expire_snapshots(table => '%s', older_than => TIMESTAMP '2099-01-01 00:00:00', retain_last => 1)",
                    source());
            assertThat(night()).startsWith("changed 1, unchanged 11, embedded 1; whole: its snapshots since ");
            requireFresh();
        }
    }

    @Nested
    class OfIcebergIntoDelta extends OfIceberg {
        @Override
        String output() {
            return "delta_follows_iceberg";
        }

        @Override
        List<String> into() {
            return List.of("--output-table", output(), "--output-format", "delta");
        }

        @Override
        void compact(String table) {
            if (table.equals(output())) {
                sql("OPTIMIZE %s", table);
            } else {
                super.compact(table);
            }
        }

        @Override
        void undo(String table) {
            if (table.equals(output())) {
                sql("RESTORE TABLE %s TO VERSION AS OF 0", table);
            } else {
                super.undo(table);
            }
        }
    }
}
