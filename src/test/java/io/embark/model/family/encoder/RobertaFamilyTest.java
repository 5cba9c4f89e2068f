/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.embark.ErrorCode;
import io.embark.model.Backbones;
import io.embark.model.ModelFolder;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.ModelReference;
import io.embark.model.Refusals;
import io.embark.model.family.Architecture;
import io.embark.model.family.LinearLayers;
import io.embark.model.weights.Weights;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RobertaFamilyTest {
    private static final String CONFIG = "config.json";

    @TempDir
    private Path temporary;

    private ModelFolderBuilder builder;

    @BeforeEach
    void writeItsType() {
        builder = ModelFolderBuilder.in(temporary.resolve("model")).set(CONFIG, "model_type", "\"roberta\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"roberta", "xlm-roberta", "camembert", "data2vec-text"})
    void readsThemAllAsBertWithOtherPositions(String modelType) {
        builder.set(CONFIG, "model_type", "\"%s\"".formatted(modelType));
        Architecture architecture = Backbones.architecture(open());
        assertThat(architecture.family()).isEqualTo("bert");
        assertThat(architecture.numbers()).containsEntry("padding_id", 1.0);
        assertThat(LinearLayers.multiplyAddsPerToken(architecture.tensors())).isEqualTo(2 * (4 * 8 * 8 + 2 * 8 * 12));
    }

    @ParameterizedTest
    @CsvSource({"0, 15", "1, 14", "5, 10", "14, 1"})
    void leavesThePositionsUpToThatOfPaddingToPadding(int paddingId, int positions) {
        builder.set(CONFIG, "pad_token_id", String.valueOf(paddingId));
        assertThat(Backbones.architecture(open()).maxPositions()).isEqualTo(positions);
    }

    @Test
    void cutsALimitThatCountsAllPositions() {
        builder.set("sentence_bert_config.json", "max_seq_length", "16");
        assertThat(open().specification().maxTokens()).isEqualTo(14);
    }

    @Test
    void findsTensorsBelowTheNameOfTheNetwork() {
        builder.tensorNames(name -> "roberta." + name);
        try (Weights weights = open().openWeights()) {
            assertThat(weights.tensors()).containsKey("embeddings.position_embeddings.weight");
        }
    }

    @Test
    void refusesAPaddingBehindAllPositions() {
        builder.set(CONFIG, "pad_token_id", "15");
        refused(
                ErrorCode.MODEL_INVALID,
                "max_position_embeddings is 16",
                "The first 16 positions are not for tokens, so that none are left.");
    }

    @Test
    void refusesTheRotaryPositionsOfOtherCode() {
        builder.set(CONFIG, "position_embedding_type", "\"rotary\"");
        Refusals.assertRefused(
                this::open,
                ErrorCode.MODEL_UNSUPPORTED,
                "%s: position_embedding_type is rotary"
                        .formatted(temporary.resolve("model").resolve(CONFIG)),
                "The rotary positions of jina-embeddings-v3's own code are not known; transformers has that model as"
                        + " jina_embeddings_v3.",
                "Choose a model whose position_embedding_type is absolute or relative_key or relative_key_query.");
    }

    @Test
    void refusesANegativePadding() {
        builder.set(CONFIG, "pad_token_id", "-1");
        refused(ErrorCode.MODEL_INVALID, "pad_token_id is -1", "It must be an integer from 0 to 268435456.");
    }

    private ModelFolder open() {
        return ModelReference.open(builder.write().toString(), temporary);
    }

    private void refused(ErrorCode code, String problem, String cause) {
        assertRefused(
                this::open, code, "%s: %s".formatted(temporary.resolve("model").resolve(CONFIG), problem), cause);
    }
}
