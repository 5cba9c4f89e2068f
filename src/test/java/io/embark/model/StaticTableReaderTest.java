/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.embark.ErrorCode;
import io.embark.model.family.Architecture;
import io.embark.model.family.TensorNames;
import io.embark.model.family.TensorShape;
import io.embark.model.weights.DataType;
import io.embark.model.weights.TensorBytes;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class StaticTableReaderTest {
    private static final String FROM_PUBLISHER = "Take the file from the place where the model was published.";

    @TempDir
    private Path temporary;

    private Path folder;
    private ModelFolderBuilder builder;

    @BeforeEach
    void build() {
        folder = temporary.resolve("tiny");
        builder = ModelFolderBuilder.in(folder)
                .without("config.json")
                .without("sentence_bert_config.json")
                .file("modules.json", """
                        [{"path": ".", "type": "sentence_transformers.models.StaticEmbedding"},
                         {"path": "1_Normalize", "type": "sentence_transformers.models.Normalize"}]""")
                .tensor("embedding.weight", 20L, 6L);
    }

    @Test
    void readsAFolderWithoutConfiguration() {
        ModelSpecification specification = open().specification();
        assertThat(specification.modelType()).isEqualTo("static");
        assertThat(specification.pooling()).containsExactly(PoolingMode.MEAN);
        assertThat(specification.modules()).containsExactly(new VectorModule.Normalize(6));
        assertThat(specification.dimension()).isEqualTo(6);
        assertThat(specification.maxTokens()).isEqualTo(Architecture.UNLIMITED);
        assertThat(specification.tokenizer()).isEqualTo(TokenizerSettings.asWritten(false, false));
        assertThat(specification.backbone())
                .isEqualTo(new Backbone.StaticTable(
                        20, 6, List.of(new TensorShape(TensorNames.STATIC, List.of(20L, 6L)))));
        assertThat(specification.backbone().script()).isEqualTo("static");
        assertThat(specification.backbone().vocabulary()).hasValue(20);
        assertThat(specification.backbone().maxPositions()).isEqualTo(Architecture.UNLIMITED);
    }

    @Test
    void readsTheTableOfModel2VecWhoseTokensShareRows() {
        builder.withoutTensor("embedding.weight")
                .tensor("embeddings", 5L, 6L)
                .tensor("mapping", 20L)
                .tensor("weights", 20L);
        Backbone.StaticTable table = Backbones.as(Backbone.StaticTable.class, open());
        assertThat(table.tokens()).isEqualTo(20);
        assertThat(table.tensors())
                .containsExactly(
                        new TensorShape(TensorNames.ROWS, List.of(20L)),
                        new TensorShape("embeddings.factors", List.of(20L)),
                        new TensorShape(TensorNames.STATIC, List.of(5L, 6L)));
    }

    @Test
    void ignoresWhatOnlyModel2VecHasBesideATableOfItsOwnKind() {
        builder.tensor("mapping", 3L).tensor("weights", 3L);
        assertThat(Backbones.as(Backbone.StaticTable.class, open()).tensors()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"INT32", "INT64"})
    void refusesWholeNumbersInATable(DataType type) {
        builder.dataType(type);
        assertRefused(
                () -> open().openWeights(),
                ErrorCode.MODEL_UNSUPPORTED,
                "%s/model.safetensors: tensor embeddings.table is stored as %s"
                        .formatted(folder, TensorBytes.typeName(type)),
                "Weights are read as float64, float32, float16 or bfloat16, in the file itself.",
                "Save the model in one of these formats, as safetensors.");
    }

    @Test
    void refusesFractionsAsNumbersOfRows() {
        builder.withoutTensor("embedding.weight").tensor("embeddings", 5L, 6L).tensor("mapping", 20L);
        assertRefused(
                () -> open().openWeights(),
                ErrorCode.MODEL_UNSUPPORTED,
                "%s/model.safetensors: tensor embeddings.rows is stored as F32".formatted(folder),
                "Numbers of rows are read as int32 or int64.",
                "Save the model in one of these formats, as safetensors.");
    }

    @Test
    void refusesFactorsThatAreNotOneForEachToken() {
        builder.withoutTensor("embedding.weight").tensor("embeddings", 20L, 6L).tensor("weights", 19L);
        assertRefused(
                this::open,
                ErrorCode.MODEL_INVALID,
                "%s/model.safetensors: tensor weights has 19 numbers".formatted(folder),
                "There are 20 tokens, each of which needs one.",
                FROM_PUBLISHER);
    }

    @Test
    void refusesWeightsWithoutATable() {
        builder.withoutTensor("embedding.weight");
        assertRefused(
                this::open,
                ErrorCode.MODEL_INVALID,
                "%s: the weights have no tensor embedding.weight".formatted(folder),
                "A StaticEmbedding module has its table there, or under Model2Vec's name embeddings.",
                "Take all files from the same model.");
    }

    @Test
    void refusesATableOfAnotherShape() {
        builder.tensor("embedding.weight", 20L);
        assertRefused(
                this::open,
                ErrorCode.MODEL_INVALID,
                "%s/model.safetensors: tensor embedding.weight has the shape [20]".formatted(folder),
                "A StaticEmbedding module needs 2 sizes there, of which number 1 is from 1 to 268435456.",
                FROM_PUBLISHER);
    }

    @Test
    void refusesATableWiderThanAnyModel() {
        builder.tensor("embedding.weight", 1L, 262_145L);
        assertRefused(
                this::open,
                ErrorCode.MODEL_INVALID,
                "%s/model.safetensors: tensor embedding.weight has the shape [1, 262145]".formatted(folder),
                "A StaticEmbedding module needs 2 sizes there, of which number 2 is from 1 to 262144.",
                FROM_PUBLISHER);
    }

    @Test
    void takesTheLimitOfItsTokenizer() {
        truncation("""
                {"direction": "Right", "max_length": 7, "strategy": "LongestFirst", "stride": 0}""");
        assertThat(open().specification().maxTokens()).isEqualTo(7);
        assertThat(open().specification().tokenizer().cutsStart()).isFalse();
    }

    @Test
    void cutsTheStartWhereItsTokenizerDoes() {
        truncation("""
                {"direction": "Left", "max_length": 7}""");
        assertThat(open().specification().maxTokens()).isEqualTo(7);
        assertThat(open().specification().tokenizer().cutsStart()).isTrue();
    }

    @Test
    void refusesATokenizerThatKeepsNothing() {
        truncation("""
                {"direction": "Right", "max_length": 0}""");
        assertRefused(
                this::open,
                ErrorCode.MODEL_INVALID,
                "%s/tokenizer.json: truncation: max_length is 0".formatted(folder),
                "It must be at least 1.",
                "Correct the field, or take the file from the place where the model was published.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"direction": "Right", "max_length": "many"}
            {"direction": "Right", "max_length": 1e99}
            {"direction": []}
            {"max_length": 7, "max_length": 8}
            {"max_length": 7, "stride": 0, "stride": 1}
            [7]
            7
            """)
    void refusesATokenizerWhoseLimitIsNone(String json) {
        truncation(json);
        assertThat(catchMessage())
                .startsWith(
                        "%s/tokenizer.json: not a tokenizer\nReading its truncation ended with: ".formatted(folder));
    }

    @Test
    void refusesAModel2VecFolderWithoutModules() {
        builder.without("modules.json").file("config.json", """
                {"model_type": "model2vec", "normalize": true}""");
        assertRefused(
                this::open,
                ErrorCode.MODEL_UNSUPPORTED,
                "%s/config.json: model_type is 'model2vec' and there is no modules.json".formatted(folder),
                "Sentence Transformers reads Model2Vec's tables as a StaticEmbedding module that modules.json lists.",
                "Load and save the model with model2vec, which writes modules.json.");
    }

    private void truncation(String json) {
        String content = builder.content("tokenizer.json");
        builder.file("tokenizer.json", content.replace("\"truncation\": null", "\"truncation\": " + json));
    }

    private String catchMessage() {
        return org.assertj.core.api.Assertions.catchThrowableOfType(io.embark.EmbarkException.class, this::open)
                .getMessage();
    }

    private ModelFolder open() {
        return ModelReference.open(builder.write().toString(), temporary);
    }
}
