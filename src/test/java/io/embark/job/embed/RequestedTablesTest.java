/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.job.settings.Arguments;
import io.embark.job.settings.Settings;
import io.embark.job.settings.SettingsReader;
import io.embark.spark.SharedSpark;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.SupportsCatalogOptions;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestedTablesTest {
    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    @Test
    void everySettingOfASourceReachesIt() throws IOException {
        String path = Files.writeString(folder.resolve("a.data"), "id;text\n1;a\n2;b\n3;c\n")
                .toString();
        Settings settings =
                settings("embed --input %s --format csv --source-option sep=; --where id>1 --limit 1".formatted(path));

        assertThat(RequestedTables.source(spark, settings).rows().collectAsList().stream()
                        .map(Row::toString))
                .containsExactly("[2,b]");
    }

    @Test
    void aSourceIsFilesATableOrAQuery() {
        spark.range(3).createOrReplaceTempView("three");

        assertThat(RequestedTables.source(spark, settings("embed --table three"))
                        .name())
                .isEqualTo("three");
        assertThat(RequestedTables.source(spark, settings("embed --sql TABLE`three`"))
                        .name())
                .isEqualTo("the result of --sql");
        assertThat(RequestedTables.searched(spark, settings("search --table three --query a"))
                        .name())
                .isEqualTo("three");
    }

    @Test
    void everySettingOfASinkReachesIt() {
        String path = folder.resolve("out").toString();
        Settings settings =
                settings("embed --output %s --output-format orc --mode overwrite --sink-option compression=zstd"
                        .formatted(path));
        RequestedTables.sink(spark, settings).write(spark.range(3).toDF());
        RequestedTables.sink(spark, settings).write(spark.range(5).toDF());

        assertThat(spark.read().orc(path).count()).isEqualTo(5);
        assertThat(folder.resolve("out").toFile().list((parent, name) -> name.endsWith(".zstd.orc")))
                .isNotEmpty();
    }

    @Test
    void aSinkIsAFolderOrATable() {
        assertThat(RequestedTables.sink(spark, settings("embed --output a")).description())
                .isEqualTo("a (parquet)");
        assertThat(RequestedTables.sink(
                                spark,
                                settings(
                                        "embed --output a --output-format org.apache.spark.sql.execution.datasources.parquet.ParquetFileFormat"))
                        .description())
                .as("a class that has a name is what the name says")
                .isEqualTo("a (parquet)");
        assertThat(RequestedTables.sink(spark, settings("embed --output-table a"))
                        .description())
                .isEqualTo("table a (parquet)");
    }

    @Test
    void refusesAFormatThatNothingWrites() {
        assertThatThrownBy(() -> RequestedTables.sink(spark, settings("embed --output a --output-format parqet")))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        option output-format: 'parqet' is not a possible value
                        It takes milvus, postgresql, delta, parquet, json, orc, avro.
                        Did you mean parquet?""");
    }

    /** Takes its path for the name of a table, as Iceberg's does. */
    public static final class OfCatalogs implements SupportsCatalogOptions {
        /** Spark makes it. */
        public OfCatalogs() {}

        @Override
        public Identifier extractIdentifier(CaseInsensitiveStringMap options) {
            return Identifier.of(new String[0], options.get("path"));
        }

        @Override
        public StructType inferSchema(CaseInsensitiveStringMap options) {
            return new StructType();
        }

        @Override
        public Table getTable(StructType schema, Transform[] partitioning, Map<String, String> properties) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void aTableOfACatalogIsNotWrittenPastItsLabels() {
        String format = OfCatalogs.class.getName();
        for (String line :
                List.of("--output lake.db.t --mode overwrite", "--mode append --sink-option path=lake.db.t")) {
            assertThatThrownBy(() -> RequestedTables.sink(
                            spark, settings("embed --output-format %s %s".formatted(format, line))))
                    .isInstanceOf(EmbarkException.class)
                    .hasMessage("""
                            option output-format: %s writes tables, and none is named
                            Nobody could tell which model the vectors that are there come from, nor say it of new ones.
                            Name the table with --output-table CATALOG.DATABASE.NAME, and leave --output out.""".formatted(format));
        }
        assertThatThrownBy(() -> RequestedTables.sink(
                        spark, settings("embed --output-format delta --mode append --sink-option path=/a")))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("option output-format: delta writes tables, and none is named\n")
                .hasMessageEndingWith("\nAdd --output PATH or --output-table NAME.");
        assertThatThrownBy(
                        () -> RequestedTables.sink(
                                spark,
                                settings(
                                        "embed --output /a --output-format org.apache.spark.sql.delta.sources.DeltaDataSource")))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("option output-format: 'delta' is no data source of this Spark\n");
    }

    @Test
    void refusesARunThatNamesNoInputOrNoOutput() {
        assertThatThrownBy(() -> RequestedTables.source(spark, settings("embed")))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        no input given
                        embark embed reads one of --input PATH, --table NAME, --sql QUERY and --format NAME with its options.
                        Add one of them.""");
        assertThatThrownBy(() -> RequestedTables.sink(spark, settings("embed")))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        no output given
                        embark embed writes to one of --output PATH and --output-table NAME.
                        Add one of them, or --dry-run to write nothing.""");
    }

    private static Settings settings(String line) {
        Arguments arguments = Arguments.parse(new PrintWriter(new StringWriter()), line.split(" "))
                .orElseThrow();
        return SettingsReader.read(arguments, Map.of());
    }
}
