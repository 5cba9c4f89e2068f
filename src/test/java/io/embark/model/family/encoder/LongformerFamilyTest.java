/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.ErrorCode;
import io.embark.model.family.ConfiguredFamily;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LongformerFamilyTest extends ConfiguredFamily {
    LongformerFamilyTest() {
        super(new LongformerFamily(), """
                {"model_type": "longformer", "hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4,
                 "intermediate_size": 48, "vocab_size": 400, "max_position_embeddings": 4098}""");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"512; 256,256,256", "[4, 8, 2]; 2,4,1", "[64]; 32,32,32", "null; 256,256,256"})
    void letsATokenSeeHalfOfTheWindowOnEachSide(String window, String halves) {
        config.set("attention_window", window);
        assertThat(read().choices()).containsEntry("windows", halves);
    }

    @Test
    void takesTextsOfEveryPositionBehindPadding() {
        assertThat(read().maxPositions()).isEqualTo(4096);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[4, 8]", "[4, 8, 3]", "[]"})
    void refusesWindowsThatDoNotFitTheLayers(String windows) {
        config.set("attention_window", windows);
        assertRefused(
                ErrorCode.MODEL_INVALID,
                "attention_window is " + windows,
                "It must be an even number, or a list with one for each of the 3 layers.",
                "Correct the field, or take the file from the place where the model was published.");
    }

    @ParameterizedTest
    @CsvSource({"[4; 8; 0], 0", "-2, -2", "[null], null"})
    void refusesWindowsThatAreNoSizes(String windows, String shown) {
        config.set("attention_window", windows.replace(';', ','));
        assertRefused(
                ErrorCode.MODEL_INVALID,
                "attention_window is " + shown,
                "It must be an integer from 1 to 268435456.",
                "Correct the field, or take the file from the place where the model was published.");
    }
}
