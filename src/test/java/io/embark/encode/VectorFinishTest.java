/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.model.ModelFolder;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.ModelReference;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VectorFinishTest {
    private static final float[] POOLED = {9, 9, 9, 9, 9, 9, 9, 9, 3, 4, 0, 0, 12, 0, 0, 0};
    private static final int ROW = 1;

    @TempDir
    Path temporary;

    private ModelFolderBuilder builder;

    @BeforeEach
    void build() {
        builder = ModelFolderBuilder.in(temporary.resolve("tiny"));
    }

    @Test
    void leavesTheVectorAloneUnlessAsked() {
        assertFinished(Map.of(), 3, 4, 0, 0, 12, 0, 0, 0);
    }

    @Test
    void normalisesIfAsked() {
        assertFinished(Map.of("normalize", "true"), 3 / 13f, 4 / 13f, 0, 0, 12 / 13f, 0, 0, 0);
    }

    @Test
    void cutsToTheDimensionsAskedFor() {
        assertFinished(Map.of("dimensions", "2"), 3, 4);
    }

    @Test
    void normalisesWhatTheCutLeaves() {
        assertFinished(Map.of("dimensions", "2", "normalize", "true"), 0.6f, 0.8f);
    }

    @Test
    void cutsToTheModelsOwnDimensionsUnlessTold() {
        builder.set("config_sentence_transformers.json", "truncate_dim", "2");
        assertFinished(Map.of(), 3, 4);
        assertFinished(Map.of("dimensions", "1"), 3);
        assertFinished(Map.of("dimensions", "8"), 3, 4, 0, 0, 12, 0, 0, 0);
    }

    @Test
    void keepsAZeroVectorZero() {
        VectorFinish finish = finish(Map.of("normalize", "true"));
        assertThat(finish.finish(new float[8], 0)).containsOnly(0);
    }

    @Test
    void changesNothingOfWhatItReads() {
        float[] pooled = POOLED.clone();
        finish(Map.of("normalize", "true")).finish(pooled, ROW);
        assertThat(pooled).isEqualTo(POOLED);
    }

    @Test
    void refusesMoreDimensionsThanTheModelGives() {
        assertRefused(
                () -> finish(Map.of("dimensions", "9")),
                ErrorCode.OPTION_INVALID,
                "option dimensions: 9 is more than model tiny gives",
                "Its vectors have 8 components.",
                "Set dimensions to at most 8, or leave it out.");
    }

    private void assertFinished(Map<String, String> options, float... expected) {
        VectorFinish finish = finish(options);
        assertThat(finish.dimension()).isEqualTo(expected.length);
        assertThat(finish.finish(POOLED, ROW)).containsExactly(expected, within(1e-7f));
    }

    private VectorFinish finish(Map<String, String> options) {
        ModelFolder folder = ModelReference.open(builder.write().toString(), temporary);
        return VectorFinish.of(folder, EmbedOptions.parse(options));
    }
}
