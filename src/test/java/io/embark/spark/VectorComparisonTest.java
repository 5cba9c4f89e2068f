/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The functions that compare two vectors, in generated code and without it. */
class VectorComparisonTest {
    private static final DataType FLOATS = DataTypes.createArrayType(DataTypes.FloatType, true);
    private static final DataType DOUBLES = DataTypes.createArrayType(DataTypes.DoubleType, true);
    private static final StructType VECTORS =
            new StructType().add("f", FLOATS).add("g", FLOATS).add("d", DOUBLES).add("e", DOUBLES);
    private static final double[] SPECIAL = {
        0, -0.0, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e-30, 3e38
    };

    private final SparkSession spark = SharedSpark.session();

    @AfterEach
    void restoreTheSession() {
        spark.conf().unset("spark.sql.codegen.wholeStage");
        spark.conf().unset("spark.sql.codegen.factoryMode");
    }

    @ParameterizedTest
    @CsvSource({"f, g", "f, e", "d, g", "d, e"})
    void agreesWithTheFormulaWithAndWithoutGeneratedCode(String a, String b) {
        Dataset<Row> vectors = vectors().localCheckpoint();
        Dataset<Row> compared = vectors.select(
                col(a),
                col(b),
                EmbarkFunctions.vectorCosineSimilarity(col(a), col(b)),
                EmbarkFunctions.vectorInnerProduct(col(a), col(b)),
                EmbarkFunctions.vectorL2Distance(col(a), col(b)));
        DataType type = a.equals("f") && b.equals("g") ? DataTypes.FloatType : DataTypes.DoubleType;
        assertThat(compared.schema().apply(2).dataType()).isEqualTo(type);

        List<Row> generated = run(compared, true);
        List<Row> interpreted = run(compared, false);
        assertThat(generated).hasSize(220);
        for (int i = 0; i < generated.size(); i++) {
            for (int column = 2; column < 5; column++) {
                assertThat(generated.get(i).get(column))
                        .isEqualTo(interpreted.get(i).get(column));
            }
            double[] x = numbers(generated.get(i).getList(0));
            double[] y = numbers(generated.get(i).getList(1));
            double dot =
                    IntStream.range(0, x.length).mapToDouble(j -> x[j] * y[j]).sum();
            double distance = Math.sqrt(IntStream.range(0, x.length)
                    .mapToDouble(j -> Math.pow(x[j] - y[j], 2))
                    .sum());
            double lengths = length(x) * length(y);
            assertClose(generated.get(i), 2, lengths == 0 ? null : dot / lengths, type);
            assertClose(generated.get(i), 3, dot, type);
            assertClose(generated.get(i), 4, distance, type);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void givesWhatItsDescriptionShows(boolean generated) {
        generate(generated);
        for (VectorKernel kernel : VectorKernel.values()) {
            List<String> lines =
                    spark.sql("DESCRIBE FUNCTION EXTENDED " + kernel.functionName()).collectAsList().stream()
                            .flatMap(row -> row.getString(0).lines())
                            .toList();
            int example = IntStream.range(0, lines.size())
                    .filter(i -> lines.get(i).contains("> SELECT"))
                    .findFirst()
                    .orElseThrow();
            String query = lines.get(example).replaceFirst(".*> (.*);", "$1");

            assertThat(spark.sql(query).head().get(0))
                    .hasToString(lines.get(example + 1).strip());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "null", textBlock = """
            vector_cosine_similarity(array(3f, 4f), array(4f, 3f))                  | 0.96
            vector_cosine_similarity(array(3f, 4f), array(-30d, -40d))              | -1.0
            vector_cosine_similarity(array(0.1f, 0.7f), array(0.1f, 0.7f))          | 1.0
            vector_cosine_similarity(array(0f, 0f), array(1f, 1f))                  | null
            vector_cosine_similarity(cast(array() AS array<float>), cast(array() AS array<float>)) | null
            vector_inner_product(cast(array() AS array<float>), cast(array() AS array<float>)) | 0.0
            vector_l2_distance(cast(array() AS array<float>), cast(array() AS array<double>)) | 0.0
            vector_inner_product(array(1f, null), array(1f, 2f))                    | null
            vector_l2_distance(array(1f, 2f), array(null, 2d))                      | null
            vector_l2_distance(null, array(1f))                                     | null
            vector_l2_distance(array(1f), null)                                     | null
            vector_inner_product(null, null)                                        | null
            vector_inner_product(cast(null AS array<float>), array(1f, 2f))         | null
            vector_cosine_similarity(array(float('nan')), array(1f))                | NaN
            vector_cosine_similarity(array(float('inf')), array(1f))                | NaN
            vector_inner_product(array(float('inf'), 1f), array(1f, 1f))            | Infinity
            vector_inner_product(array(3e38f, 3e38f), array(10f, 10f))              | Infinity
            vector_inner_product(array(3e38d, 3e38d), array(10f, 10f))              | 6.0E39
            VECTOR_L2_DISTANCE(array(1f, 2f), array(4f, 6f))                        | 5.0
            """)
    void hasItsRulesForNullAndTheEnds(String call, String expected) {
        for (boolean generated : new boolean[] {true, false}) {
            generate(generated);
            // Of a row, and of constants alone, which the optimizer computes.
            Dataset<Row> ofRows = spark.range(0, 1, 1, 1).where("rand(1) < 2").selectExpr(call);
            Object constant = spark.sql("SELECT " + call).head().get(0);

            assertThat(constant == null ? null : constant.toString()).isEqualTo(expected);
            assertThat(ofRows.head().get(0)).isEqualTo(constant);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refusesVectorsOfDifferentLengths(boolean generated) {
        generate(generated);
        Dataset<Row> rows = spark.range(0, 1, 1, 1)
                .selectExpr("array_repeat(1f, cast(id AS int) + 3) AS a", "array_repeat(1d, cast(id AS int) + 4) AS b");

        assertThatThrownBy(() -> rows.selectExpr("vector_l2_distance(a, b)").collectAsList())
                .hasStackTraceContaining("""
                        io.embark.EmbarkException: vector_l2_distance: vectors of 3 and 4 components
                        Only vectors of the same number of components can be compared.
                        Compare vectors of one model with the same dimensions, or leave others out: \
                        WHERE size(a) = size(b).
                        """.strip());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            vector_inner_product(array(1, 2), array(1f, 2f)) | vector_inner_product takes arrays of float or double, and array(1, 2) is of type ARRAY<INT>. Cast it: CAST(array(1, 2) AS ARRAY<FLOAT>)
            vector_l2_distance(array(1f), 'a')               | vector_l2_distance takes arrays of float or double, and
            vector_l2_distance(array(1f))                    | vector_l2_distance: takes 2 arguments, not 1
            """)
    void refusesOtherArguments(String call, String message) {
        assertThatThrownBy(() -> spark.sql("SELECT " + call))
                .isInstanceOf(AnalysisException.class)
                .hasMessageContaining(message);
        assertThatThrownBy(() -> EmbarkFunctions.vectorInnerProduct(col("a"), null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("b is null");
        assertThatThrownBy(() -> EmbarkFunctions.vectorL2Distance(null, col("a")))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("a is null");
    }

    @Test
    void runsWithinTheStageOfItsNeighbours() {
        Dataset<Row> compared = vectors().localCheckpoint().selectExpr("vector_inner_product(f, g) AS p", "f");
        List<Row> rows = compared.where("p > 1").collectAsList();

        assertThat(rows).isNotEmpty();
        assertThat(compared.queryExecution().executedPlan().toString()).contains("*(1) Project");
    }

    @Test
    void equalComparisonsAreOne() {
        Column one = EmbarkFunctions.vectorInnerProduct(col("f"), col("g"));

        assertThat(one.expr())
                .isEqualTo(
                        EmbarkFunctions.vectorInnerProduct(col("f"), col("g")).expr())
                .hasSameHashCodeAs(
                        EmbarkFunctions.vectorInnerProduct(col("f"), col("g")).expr())
                .isNotEqualTo(
                        EmbarkFunctions.vectorInnerProduct(col("g"), col("f")).expr())
                .isNotEqualTo(
                        EmbarkFunctions.vectorL2Distance(col("f"), col("g")).expr());
        assertThat(vectors().select(one).columns()).containsExactly("vector_inner_product(f, g)");
    }

    /** 200 pairs of random vectors of 1 to 40 components, then some with numbers that are none. */
    private Dataset<Row> vectors() {
        Random random = new Random(7);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 220; i++) {
            int size = 1 + random.nextInt(40);
            boolean special = i >= 200;
            Object[] row = new Object[4];
            for (int column = 0; column < 4; column++) {
                double[] components = random.doubles(size, -2, 2).toArray();
                if (special) {
                    components[random.nextInt(size)] = SPECIAL[i % SPECIAL.length];
                }
                boolean floats = column < 2;
                row[column] = Arrays.stream(components)
                        .mapToObj(x -> floats ? (Object) (float) x : (Object) x)
                        .toArray();
            }
            rows.add(RowFactory.create(row));
        }
        return spark.createDataFrame(rows, VECTORS);
    }

    private List<Row> run(Dataset<Row> frame, boolean generated) {
        generate(generated);
        return frame.select("*").collectAsList();
    }

    private void generate(boolean generated) {
        spark.conf().set("spark.sql.codegen.wholeStage", generated);
        spark.conf().set("spark.sql.codegen.factoryMode", generated ? "CODEGEN_ONLY" : "NO_CODEGEN");
    }

    private static double[] numbers(List<? extends Number> components) {
        return components.stream().mapToDouble(Number::doubleValue).toArray();
    }

    private static double length(double[] vector) {
        return Math.sqrt(Arrays.stream(vector).map(x -> x * x).sum());
    }

    private static void assertClose(Row row, int column, Double expected, DataType type) {
        if (expected == null) {
            assertThat(row.isNullAt(column)).isTrue();
            return;
        }
        double actual = ((Number) row.get(column)).doubleValue();
        Double nearest = type.equals(DataTypes.FloatType) ? (double) expected.floatValue() : expected;
        if (Double.isFinite(nearest)) {
            double relative = type.equals(DataTypes.FloatType) ? 1e-6 : 1e-12;
            assertThat(actual).isCloseTo(expected, within(relative * Math.max(1, Math.abs(expected))));
        } else {
            assertThat((Double) actual).isEqualTo(nearest);
        }
    }
}
