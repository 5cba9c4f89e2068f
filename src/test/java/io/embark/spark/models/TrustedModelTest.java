/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.encode.Embedder;
import io.embark.model.Backbone;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.Programs;
import io.embark.spark.EmbarkFunctions;
import io.embark.spark.SharedSpark;
import io.embark.spark.TextEmbedder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Columns of a model that is a program. */
class TrustedModelTest {
    private static final String REFUSAL = "the only weights are model.pt\n"
            + "A pickle or TorchScript file runs code when it is read.\n"
            + "Convert the model to safetensors: model.save_pretrained(folder, safe_serialization=True);"
            + " on a hub, a revision refs/pr/N may have them."
            + " Or set trust-model-code to true: it runs model.pt, which can do whatever you can.";

    private final SparkSession spark = SharedSpark.session();

    @TempDir
    private Path folder;

    private String model;
    private EmbedOptions trusting;
    private List<String> texts;
    private Dataset<Row> rows;

    @BeforeEach
    void writeAModelAndATable() {
        model = ModelFolderBuilder.in(folder.resolve("model"))
                .withoutWeights()
                .write()
                .toString();
        Programs.write(folder.resolve("model/model.pt"), Programs.TENSOR);
        trusting = EmbedOptions.defaults().with(EmbedOptions.MODEL, model).with(EmbedOptions.TRUST_MODEL_CODE, true);
        texts = IntStream.range(0, 40)
                .mapToObj(i -> "the cat" + " sat on mat".repeat(i % 4) + (i % 2 == 0 ? "." : " ran"))
                .toList();
        rows = spark.createDataset(texts, Encoders.STRING()).toDF("text").repartition(3);
    }

    @Test
    void aCallThatTrustsItGetsItsVectors() {
        List<Row> found = rows.selectExpr("text", "embed(text, '%s', map('trust-model-code', 'true'))".formatted(model))
                .collectAsList();

        assertThat(found).hasSize(40);
        try (Embedder embedder = Embedder.open(trusting)) {
            for (Row row : found) {
                float[] alone = embedder.embed(List.of(row.getString(0)))[0];
                List<Float> vector = row.getList(1);
                for (int i = 0; i < alone.length; i++) {
                    assertThat(Math.abs(vector.get(i) - alone[i])).isLessThan(1e-5f);
                }
            }
        }
    }

    @Test
    void aCallThatDoesNotIsRefusedWhenItIsAnalysedWhateverOthersTrust() {
        assertThat(rows.select(EmbarkFunctions.embed(rows.col("text"), trusting))
                        .collectAsList())
                .hasSize(40);
        assertThatThrownBy(() -> rows.selectExpr("embed(text, '%s')".formatted(model)))
                .isInstanceOf(AnalysisException.class)
                .hasMessageContaining("%s: %s".formatted(model, REFUSAL));
    }

    @Test
    void anExecutorHasNoModelForThoseWhoDoNotTrustIt() {
        ModelRequest trusted = Requests.of(trusting);
        ModelRequest untrusted = new ModelRequest(trusted.model(), trusting.with(EmbedOptions.TRUST_MODEL_CODE, false));
        try (LeasedModels.Lease lease = ExecutorModels.lease(trusted, OptionalInt.empty(), () -> false)) {
            assertThat(lease.model().folder().specification().backbone()).isInstanceOf(Backbone.Program.class);
            assertThatThrownBy(() -> ExecutorModels.lease(untrusted, OptionalInt.empty(), () -> false))
                    .isInstanceOfSatisfying(
                            EmbarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_UNSUPPORTED))
                    .hasMessage("%s: %s".formatted(model, REFUSAL));
        }
    }

    @Test
    void aSessionMayTrustForAllItsCalls() {
        spark.conf().set("spark.embark.trust-model-code", "true");
        try {
            assertThat(rows.selectExpr("embed(text, '%s')".formatted(model)).collectAsList())
                    .hasSize(40);
        } finally {
            spark.conf().unset("spark.embark.trust-model-code");
        }
    }

    @Test
    void aSavedStageTrustsNobody() throws IOException {
        TextEmbedder saving = new TextEmbedder()
                .setInputCol("text")
                .setOutputCol("emb")
                .setModel(model)
                .set(EmbedOptions.TRUST_MODEL_CODE, true);
        assertThat(saving.transform(rows).collectAsList()).hasSize(40);
        saving.save(folder.resolve("stage").toString());
        TextEmbedder loaded = TextEmbedder.load(folder.resolve("stage").toString());

        assertThat(loaded.options()).isEqualTo(trusting.with(EmbedOptions.TRUST_MODEL_CODE, false));
        assertThatThrownBy(() -> loaded.transform(rows))
                .isInstanceOf(AnalysisException.class)
                .hasMessageContaining(REFUSAL);
        assertThat(loaded.set(EmbedOptions.TRUST_MODEL_CODE, true)
                        .transform(rows)
                        .collectAsList())
                .hasSize(40);
    }
}
