/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.BlankText;
import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.LongText;
import io.embark.Option;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.clustering.KMeans;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The stage of an ML pipeline: its params, its column, its refusals, and that it lasts. */
class TextEmbedderTest {
    private static final List<String> TEXTS =
            Arrays.asList("a cat", "the dog sat on the mat", null, "a cat ran", "the dog ran");

    @RegisterExtension
    static final TinyModel model = TinyModel.registered();

    @TempDir
    Path folder;

    private final SparkSession spark = SharedSpark.session();
    private final Dataset<Row> texts =
            spark.createDataset(TEXTS, Encoders.STRING()).toDF("body").repartition(2);

    static List<Option<?>> options() {
        return EmbedOptions.all();
    }

    @ParameterizedTest
    @MethodSource("options")
    void eachOptionIsAParamWhoseDefaultIsTheSessions(Option<?> option) {
        Param<Object> param = new TextEmbedder().param(option);

        assertThat(param.name().toLowerCase(Locale.ROOT)).isEqualTo(option.key().replace("-", ""));
        assertThat(param.doc()).contains(option.description(), option.values());
        TextEmbedder embedder = new TextEmbedder();
        assertThat(embedder.hasParam(param.name())).isTrue();
        assertThat(embedder.isDefined(embedder.getParam(param.name()))).isFalse();
        assertThat(embedder.explainParams()).contains(param.name() + ": " + option.description());
    }

    @Test
    void paramsAreTheOptionsAndTheColumns() {
        assertThat(new TextEmbedder().params())
                .hasSize(3 + EmbedOptions.all().size())
                .extracting(Param::name)
                .contains("inputCol", "outputCol", "outputAsVector", "model", "promptName", "maxTokens")
                .isSorted();
    }

    @Test
    void optionsAreSetByTypeByNameAndByText() {
        TextEmbedder embedder = embedder()
                .set(EmbedOptions.LONG_TEXT, LongText.FAIL)
                .set(EmbedOptions.NORMALIZE, true)
                .set(EmbedOptions.MAX_TOKENS, 8)
                .set(EmbedOptions.MAX_TOKENS, null);
        // Python hands numbers over as they are.
        embedder.set(embedder.getParam("dimensions"), 4);
        embedder.set(embedder.getParam("promptName"), "query");

        assertThat(embedder.options())
                .isEqualTo(model.options()
                        .with(EmbedOptions.LONG_TEXT, LongText.FAIL)
                        .with(EmbedOptions.NORMALIZE, true)
                        .with(EmbedOptions.DIMENSIONS, 4)
                        .with(EmbedOptions.PROMPT_NAME, "query"));
        assertThat(embedder.isSet(embedder.param(EmbedOptions.MAX_TOKENS))).isFalse();
    }

    @Test
    void addsTheColumnThatEmbedAdds() {
        Dataset<Row> embedded = embedder().transform(texts);

        // Which model it is stands in a plan alone: a schema is made without opening one.
        assertThat(embedded.schema().sameType(embedder().transformSchema(texts.schema())))
                .isTrue();
        assertThat(embedded.schema())
                .isEqualTo(texts.withColumn("emb", model.embed("body")).schema());
        List<Row> rows = embedded.collectAsList();
        assertThat(rows).extracting(row -> row.getString(0)).containsExactlyInAnyOrderElementsOf(TEXTS);
        rows.forEach(row -> model.assertVector(Plans.vector(row, 1), row.getString(0)));
    }

    @Test
    void addsVectorsOfSparkMlAndEmbedsOnceForThem() {
        Dataset<Row> embedded = embedder().setOutputAsVector(true).transform(texts);

        assertThat(embedded.schema())
                .isEqualTo(embedder().setOutputAsVector(true).transformSchema(texts.schema()));
        List<Row> rows = embedded.collectAsList();
        assertThat(rows).hasSameSizeAs(TEXTS);
        for (Row row : rows) {
            model.assertVector(floats(row.getAs("emb")), row.getString(0));
        }
        assertThat(Plans.rowsThrough(embedded)).isEqualTo(TEXTS.size());
    }

    @Test
    void takesTheNameOfAColumnAsItIs() {
        Dataset<Row> odd = texts.withColumnRenamed("body", "a.b`c").withColumn("a", col("`a.b``c`"));
        Dataset<Row> embedded =
                embedder().setInputCol("A.b`c").setOutputCol("x.y").transform(odd);

        assertThat(embedded.columns()).containsExactly("a.b`c", "a", "x.y");
        embedded.collectAsList().forEach(row -> model.assertVector(Plans.vector(row, 2), row.getString(0)));
    }

    @Test
    void refusesAColumnThatDoesNotExist() {
        assertThatThrownBy(() -> embedder().setInputCol("bdoy").transform(texts))
                .isInstanceOf(EmbarkException.class)
                .hasMessageContaining("column 'bdoy': does not exist")
                .hasMessageContaining("The columns are body.")
                .hasMessageEndingWith("Did you mean body?");
        assertThatThrownBy(() -> new TextEmbedder("e1").transformSchema(new StructType()))
                .hasMessage("""
                        column 'text': does not exist
                        There are no columns.
                        Name one of them with setInputCol.""");
    }

    @Test
    void refusesAColumnWithoutTexts() {
        StructType numbers = new StructType().add("body", DataTypes.LongType);

        assertThatThrownBy(() -> new TextEmbedder("e1").setInputCol("body").transformSchema(numbers))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        column 'body': is not text but bigint
                        No column holds strings; the columns are body bigint.
                        Name one of them with setInputCol, or make it a string before.""");
    }

    @Test
    void refusesToReplaceAColumn() {
        assertThatThrownBy(() -> embedder().setOutputCol("BODY").transform(texts))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("column 'BODY': exists already\n")
                .hasMessageEndingWith("Name a new column with setOutputCol, or drop this one before.");
    }

    @Test
    void refusesAValueAsSoonAsItIsSet() {
        TextEmbedder embedder = embedder();

        assertThatThrownBy(() -> embedder.set(embedder.getParam("dimensions"), "many"))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("option dimensions: 'many' is not a possible value\n");
        assertThatThrownBy(() -> embedder.set(EmbedOptions.DIMENSIONS, 0))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("option dimensions: '0' is not a possible value\n");
        assertThatThrownBy(() -> embedder.getParam("dimension"))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessageContaining("Param dimension does not exist");
        assertThat(embedder.options()).isEqualTo(model.options());
    }

    @Test
    void whatIsNotSetIsTheSessions() {
        spark.conf().set("spark.embark.dimensions", "6");
        try {
            Dataset<Row> some = texts.na().drop();
            assertThat(embedder().transform(some).first().getList(1)).hasSize(6);
            assertThat(embedder()
                            .set(EmbedOptions.DIMENSIONS, 3)
                            .transform(some)
                            .first()
                            .getList(1))
                    .hasSize(3);
        } finally {
            spark.conf().unset("spark.embark.dimensions");
        }
    }

    @Test
    void aParamMapChangesACopyOnly() {
        TextEmbedder embedder = embedder();
        ParamMap changes =
                new ParamMap().put(embedder.param(EmbedOptions.DIMENSIONS), 3).put(embedder.outputCol(), "short");
        Row row = embedder.transform(texts.na().drop(), changes).first();

        assertThat(row.schema().fieldNames()).containsExactly("body", "short");
        assertThat(row.getList(1)).hasSize(3);
        assertThat(embedder.options()).isEqualTo(model.options());
        assertThat(embedder.copy(changes).uid()).isEqualTo(embedder.uid());
        assertThat(embedder.copy(changes).options()).isEqualTo(model.options().with(EmbedOptions.DIMENSIONS, 3));
    }

    @Test
    void aSavedStageGivesTheSameVectors() throws Exception {
        TextEmbedder embedder = embedder()
                .setOutputAsVector(true)
                .set(EmbedOptions.DIMENSIONS, 5)
                .set(EmbedOptions.BLANK, BlankText.NULL)
                .set(EmbedOptions.PROMPT, "\"query\":\n");
        embedder.set(embedder.getParam("maxTokens"), 9);
        embedder.save(folder.resolve("stage").toString());
        TextEmbedder loaded = TextEmbedder.load(folder.resolve("stage").toString());

        assertThat(loaded.uid()).isEqualTo(embedder.uid());
        assertThat(loaded.options()).isEqualTo(embedder.options());
        assertThat(loaded.getInputCol()).isEqualTo("body");
        assertThat(loaded.getOutputCol()).isEqualTo("emb");
        assertThat(loaded.getOutputAsVector()).isTrue();
        assertThat(loaded.transform(texts).na().drop().collectAsList())
                .hasSize(4)
                .containsExactlyInAnyOrderElementsOf(
                        embedder.transform(texts).na().drop().collectAsList());
    }

    @Test
    void aPipelineClustersAndIsLoadedAgain() throws Exception {
        PipelineModel fitted = pipelineOf(
                        embedder().setOutputAsVector(true),
                        new KMeans().setK(2).setSeed(7).setFeaturesCol("emb").setPredictionCol("cluster"))
                .fit(texts.na().drop());
        fitted.save(folder.resolve("clusters").toString());
        PipelineModel loaded = PipelineModel.load(folder.resolve("clusters").toString());

        List<Row> rows = loaded.transform(texts.na().drop()).collectAsList();
        assertThat(rows).hasSize(4);
        assertThat(rows).extracting(row -> row.<Integer>getAs("cluster")).contains(0, 1);
        rows.forEach(row -> model.assertVector(floats(row.getAs("emb")), row.getAs("body")));
        assertThat(rows)
                .containsExactlyInAnyOrderElementsOf(
                        fitted.transform(texts.na().drop()).collectAsList());
    }

    @Test
    void aPipelineLearnsToTellTexts() {
        StructType labelled = new StructType().add("body", DataTypes.StringType).add("label", DataTypes.DoubleType);
        List<Row> examples = new ArrayList<>();
        for (String text : List.of("a cat", "the cat sat", "a cat ran")) {
            examples.add(RowFactory.create(text, 1.0));
            examples.add(RowFactory.create(text.replace("cat", "dog"), 0.0));
        }
        Dataset<Row> table = spark.createDataFrame(examples, labelled);
        PipelineModel fitted = new Pipeline()
                .setStages(new PipelineStage[] {
                    embedder().setOutputAsVector(true), new LogisticRegression().setFeaturesCol("emb")
                })
                .fit(table);

        assertThat(fitted.transform(table).collectAsList())
                .hasSize(6)
                .allSatisfy(row -> assertThat(row.<Double>getAs("prediction")).isEqualTo(row.<Double>getAs("label")));
    }

    /** Estimators read their input several times, so a pipeline that holds one would embed as often. */
    @Test
    void learningFromACachedColumnEmbedsEachTextOnce() throws Exception {
        Dataset<Row> many = spark.range(0, 100, 1, 2).selectExpr("concat('cat ', id) AS body");
        TextEmbedder embedder = embedder().setOutputAsVector(true);
        Dataset<Row> features = embedder.transform(many).cache();
        KMeans kmeans = new KMeans().setK(2).setSeed(7).setFeaturesCol("emb");
        List<PipelineModel> fitted = new ArrayList<>();

        assertThat(CountedTexts.during(() ->
                        fitted.add(pipelineOf(embedder, kmeans.fit(features)).fit(many))))
                .isEqualTo(100);
        assertThat(fitted.get(0).transform(many).count()).isEqualTo(100);
        features.unpersist();
    }

    private static Pipeline pipelineOf(PipelineStage... stages) {
        return new Pipeline().setStages(stages);
    }

    private static TextEmbedder embedder() {
        return new TextEmbedder()
                .setInputCol("body")
                .setOutputCol("emb")
                .setModel(model.options().get(EmbedOptions.MODEL));
    }

    private static float[] floats(Vector vector) {
        if (vector == null) {
            return null;
        }
        float[] floats = new float[vector.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) vector.apply(i);
        }
        return floats;
    }
}
