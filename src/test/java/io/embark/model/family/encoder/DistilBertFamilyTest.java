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
import io.embark.model.family.Architecture;
import io.embark.model.family.TensorShape;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DistilBertFamilyTest {
    private static final String CONFIG = "config.json";

    @TempDir
    private Path temporary;

    private ModelFolderBuilder builder;

    @BeforeEach
    void writeItsConfiguration() {
        builder = ModelFolderBuilder.in(temporary.resolve("model")).file(CONFIG, """
                {"model_type": "distilbert", "dim": 8, "n_heads": 2, "n_layers": 2, "hidden_dim": 12, "vocab_size": 20,
                 "max_position_embeddings": 16, "layer_norm_eps": 0.5}""");
    }

    @Test
    void readsItAsBertWithoutTypesOfTokens() {
        Architecture architecture = Backbones.architecture(open());
        assertThat(architecture.family()).isEqualTo("bert");
        assertThat(architecture.choices()).isEqualTo(Map.of("activation", "gelu"));
        assertThat(architecture.maxPositions()).isEqualTo(16);
        assertThat(architecture.tensors())
                .extracting(TensorShape::name)
                .contains("encoder.layer.1.attention.self.query.weight")
                .doesNotContain("embeddings.token_type_embeddings.weight");
    }

    @Test
    void addsToVariancesWhatTheCodeSaysNotTheFile() {
        assertThat(Backbones.architecture(open()).numbers()).containsEntry("norm_epsilon", 1e-12);
    }

    @Test
    void readsItsOwnNameOfTheActivation() {
        builder.set(CONFIG, "hidden_act", "\"silu\"").set(CONFIG, "activation", "\"relu\"");
        assertThat(Backbones.architecture(open()).choices()).containsEntry("activation", "relu");
    }

    @Test
    void namesItsOwnFieldsInRefusals() {
        builder.set(CONFIG, "n_heads", "3");
        assertRefused(
                this::open,
                ErrorCode.MODEL_INVALID,
                "%s: dim is 8, n_heads is 3"
                        .formatted(temporary.resolve("model").resolve(CONFIG)),
                "The hidden size must be a multiple of the heads.");
    }

    private ModelFolder open() {
        return ModelReference.open(builder.write().toString(), temporary);
    }
}
