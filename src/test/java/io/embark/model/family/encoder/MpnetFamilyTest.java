/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.embark.ErrorCode;
import io.embark.model.Backbones;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.ModelReference;
import io.embark.model.family.Architecture;
import io.embark.model.family.TensorShape;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MpnetFamilyTest {
    private static final String CONFIG = "config.json";
    private static final String BUCKETS = "relative_attention_num_buckets";
    private static final String TABLE = "embeddings.relative_attention_bias.weight";

    @TempDir
    private Path temporary;

    private ModelFolderBuilder builder;

    @BeforeEach
    void writeItsType() {
        builder = ModelFolderBuilder.in(temporary.resolve("model")).set(CONFIG, "model_type", "\"mpnet\"");
    }

    @Test
    void readsItAsBertWithATableOfDistances() {
        Architecture architecture = architecture();
        assertThat(architecture.family()).isEqualTo("bert");
        assertThat(architecture.tensors())
                .contains(new TensorShape(TABLE, List.of(32L, 2L)))
                .extracting(TensorShape::name)
                .doesNotContain("embeddings.token_type_embeddings.weight");
    }

    @Test
    void countsPositionsFromThoseOfTheCodeNotTheFile() {
        builder.set(CONFIG, "pad_token_id", "5");
        assertThat(architecture().maxPositions()).isEqualTo(14);
        assertThat(architecture().numbers()).containsEntry("padding_id", 1.0);
    }

    @Test
    void usesTheFirst32RowsOfALongerTable() {
        builder.set(CONFIG, BUCKETS, "40");
        assertThat(architecture().tensors()).contains(new TensorShape(TABLE, List.of(40L, 2L)));
        assertThat(architecture().numbers()).containsEntry("buckets", 32.0).containsEntry("max_distance", 128.0);
    }

    @Test
    void refusesAShorterTable() {
        builder.set(CONFIG, BUCKETS, "31");
        assertRefused(
                this::architecture,
                ErrorCode.MODEL_INVALID,
                "%s: %s is 31".formatted(temporary.resolve("model").resolve(CONFIG), BUCKETS),
                "The network puts distances into 32 buckets.");
    }

    private Architecture architecture() {
        return Backbones.architecture(ModelReference.open(builder.write().toString(), temporary));
    }
}
