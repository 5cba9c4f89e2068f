/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbedOptions;
import io.embark.job.embed.ReadBack;
import io.embark.job.embed.VectorColumns;
import io.embark.job.embed.WrittenVectors;
import io.embark.job.sink.Half;
import io.embark.model.ModelFolderBuilder;
import io.embark.spark.SharedSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SQLContext;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.sources.BaseRelation;
import org.apache.spark.sql.sources.CreatableRelationProvider;
import org.apache.spark.sql.sources.RelationProvider;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Any data source of Spark as an output, vectors as other types, and the sample that is read back. */
class AnyFormatTest {
    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    private List<String> command;
    private String output;

    @BeforeEach
    void writeAnInputAndAModel() throws IOException {
        Path input =
                Files.writeString(folder.resolve("in.csv"), "id,body\n1,the cat\n2,\n3,a dog\n4,the mat\n5,the cat\n");
        String model = ModelFolderBuilder.in(folder.resolve("model")).write().toString();
        output = folder.resolve("out").toString();
        command = List.of(
                "embed", "--input", input.toString(), "--text-column", "body", "--id-column", "id", "--model", model);
    }

    /** Keeps what it is given, as connectors of databases do. */
    public static final class Keeper implements CreatableRelationProvider {
        private static final List<String> RECEIVED = new ArrayList<>();

        /** Spark makes it. */
        public Keeper() {}

        @Override
        public BaseRelation createRelation(
                SQLContext context,
                SaveMode mode,
                scala.collection.immutable.Map<String, String> options,
                Dataset<Row> rows) {
            RECEIVED.add("%s %s %s"
                    .formatted(
                            mode, options.apply("index"), rows.collectAsList().size()));
            return new BaseRelation() {
                @Override
                public SQLContext sqlContext() {
                    return context;
                }

                @Override
                public StructType schema() {
                    return rows.schema();
                }
            };
        }
    }

    @Test
    void handsRowsToAnyDataSourceByItsClass() {
        Keeper.RECEIVED.clear();
        Outcome outcome =
                Outcome.of(command, "--output-format", Keeper.class.getName(), "--sink-option", "index=articles");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(Keeper.RECEIVED).containsExactly("ErrorIfExists articles 5");
        assertThat(outcome.out()).startsWith("Embedded 5 rows in ").doesNotContain("Search it");
        assertThat(outcome.err()).contains("commits rows in its own way");
    }

    /** Lets nobody read what it was given. */
    public static final class Closed implements CreatableRelationProvider, RelationProvider {
        /** Spark makes it. */
        public Closed() {}

        @Override
        public BaseRelation createRelation(
                SQLContext context,
                SaveMode mode,
                scala.collection.immutable.Map<String, String> options,
                Dataset<Row> rows) {
            return new Keeper().createRelation(context, mode, options, rows);
        }

        @Override
        public BaseRelation createRelation(SQLContext context, scala.collection.immutable.Map<String, String> options) {
            throw new IllegalArgumentException("no reader here");
        }
    }

    @Test
    void whoeverFailsAfterTheRowsAreInSaysThatTheyAre() {
        Outcome outcome =
                Outcome.of(command, "--output-format", Closed.class.getName(), "--sink-option", "index=articles");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.errorLines())
                .endsWith(
                        "the request cannot be carried out",
                        "no reader here",
                        "The output is complete; its summary is not. Do not append it again.");
    }

    @Test
    void rowsOfADataSourceThatCountsNoneAreThoseThatItWasGiven() {
        Outcome outcome = Outcome.of(command, "--output-format", "noop", "--mode", "append");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out()).startsWith("Embedded 5 rows in ");
    }

    @Test
    void aModeThatTheDataSourceDoesNotTakeIsRefused() {
        Outcome outcome = Outcome.of(command, "--output-format", "noop");

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.errorLines())
                .containsExactly(
                        "option mode: error is not taken by noop",
                        "Spark cannot ask this data source whether there are rows already.",
                        "Add --mode append to add rows, or --mode overwrite to replace what is there.");
    }

    @Test
    void aDataSourceThatOnlyReadsIsRefused() {
        Outcome outcome = Outcome.of(command, "--output-format", "rate", "--mode", "append");

        assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
        assertThat(outcome.errorLines()).contains("output format rate: cannot be written by rate");
    }

    @Test
    void aDataSourceWithoutATypeForVectorsSaysSo() {
        String database = "url=jdbc:h2:mem:vectors;DB_CLOSE_DELAY=-1";
        Outcome csv = Outcome.of(command, "--output-format", "csv", "--output", output);
        Outcome jdbc = Outcome.of(
                command, "--output-format", "jdbc", "--sink-option", database, "--sink-option", "dbtable=articles");

        assertThat(csv.code()).isEqualTo(2);
        assertThat(csv.err())
                .contains("output %s: cannot be written by csv\n".formatted(output))
                .contains("It has no type for vectors: choose another --output-format, such as parquet or json.");
        assertThat(jdbc.code()).isEqualTo(2);
        assertThat(jdbc.err())
                .contains("It has no type for vectors: add --vector-type float16-bytes, or choose another");
        Outcome bytes = Outcome.of(
                command,
                "--output-format",
                "jdbc",
                "--sink-option",
                database,
                "--sink-option",
                "dbtable=articles",
                "--vector-type",
                "float16-bytes");
        assertThat(bytes.code()).as(bytes.err()).isZero();
    }

    @Test
    void aDataSourceThatIsMissingIsNamedWithItsJar() {
        Outcome outcome = Outcome.of(command, "--output-format", "mongodb", "--mode", "append");

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.errorLines())
                .startsWith("option output-format: 'mongodb' is no data source of this Spark")
                .last()
                .asString()
                .startsWith("Add --packages org.mongodb.spark:mongo-spark-connector_");
    }

    @Test
    void vectorsAreWrittenAsDoublesOrBytesOfHalves() {
        assertThat(Outcome.of(command, "--output", output + "f").code()).isZero();
        assertThat(Outcome.of(command, "--output", output + "d", "--vector-type", "array<double>")
                        .code())
                .isZero();
        Outcome halves = Outcome.of(command, "--output", output + "h", "--vector-type", "float16-bytes");
        assertThat(halves.code()).as(halves.err()).isZero();
        assertThat(halves.out()).contains("  vectors float32, 32 bytes each, written as float16-bytes\n");

        Map<String, float[]> floats = new HashMap<>();
        spark.read()
                .parquet(output + "f")
                .collectAsList()
                .forEach(row -> floats.put(row.getString(0), row.isNullAt(2) ? null : floats(row.getList(2))));
        for (Row row : spark.read().parquet(output + "d").collectAsList()) {
            float[] exact = floats.get(row.getString(0));
            assertThat(row.isNullAt(2) ? null : floats(row.getList(2))).isEqualTo(exact);
        }
        assertThat(spark.read()
                        .parquet(output + "h")
                        .schema()
                        .apply("embedding")
                        .dataType())
                .isEqualTo(DataTypes.BinaryType);
        for (Row row : spark.read().parquet(output + "h").collectAsList()) {
            float[] exact = floats.get(row.getString(0));
            byte[] bytes = row.getAs("embedding");
            assertThat(bytes == null).isEqualTo(exact == null);
            for (int i = 0; bytes != null && i < exact.length; i++) {
                short half = (short) (Byte.toUnsignedInt(bytes[2 * i]) | bytes[2 * i + 1] << 8);
                assertThat(half).isEqualTo(Half.of(exact[i]));
            }
        }
    }

    private static float[] floats(List<? extends Number> numbers) {
        float[] floats = new float[numbers.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = numbers.get(i).floatValue();
        }
        return floats;
    }

    @Test
    void bytesOfHalvesAreSearched() {
        Outcome.of(command, "--output", output, "--vector-type", "float16-bytes");
        Outcome outcome = Outcome.of("search", "--table", output, "--query", "the cat", "--top", "2");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains("1.0000").contains("the cat");
    }

    @Test
    void aTypeOfStoresIsRefusedElsewhere() {
        Outcome outcome = Outcome.of(command, "--output", output, "--vector-type", "halfvec");

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.errorLines().get(0))
                .isEqualTo("option vector-type: halfvec is no type of %s (parquet)".formatted(output));
        assertThat(Outcome.of(command, "--output", output, "--vector-type", "float8")
                        .errorLines())
                .containsExactly(
                        "option vector-type: 'float8' is not a possible value",
                        "It takes array<float>, array<double>, vector, halfvec, float16-bytes.",
                        "Choose one of these.");
    }

    @Test
    void aVectorThatIsAnotherWhenItIsReadBackIsNamed() {
        Outcome.of(command, "--output", output);
        Dataset<Row> spoilt = spark.read()
                .parquet(output)
                .withColumn(
                        "embedding", functions.expr("IF(id = '4', transform(embedding, x -> x + 0.125F), embedding)"));
        ReadBack readBack = new ReadBack(
                new VectorColumns(Map.of("body", "embedding"), false, Optional.empty(), WrittenVectors.AS_THEY_ARE),
                List.of("id"),
                EmbedOptions.defaults().with(EmbedOptions.MODEL, command.get(command.size() - 1)),
                Metadata.empty());
        readBack.require("output x", spoilt.where("id <> '4'"));

        assertThatThrownBy(() -> readBack.require("output x", spoilt))
                .hasMessageStartingWith("output x: column embedding of row 4 is not what was written\n")
                .hasMessageContaining("embedded once more, its text gives 8 components");
    }
}
