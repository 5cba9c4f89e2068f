/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {
    private static final List<String> KNOWN = List.of("batch-tokens", "blank", "device", "dimensions", "max-tokens");

    @ParameterizedTest
    @CsvSource({
        "batch-tokens, batch-tokens",
        "batch_tokens, batch-tokens",
        "batchTokens, batch-tokens",
        "batch-token, batch-tokens",
        "BATCH-TOKENS, batch-tokens",
        "maxtokens, max-tokens",
        "dimension, dimensions",
        "devcie, device",
        "blnk, blank"
    })
    void findsTheNameThatWasMeant(String name, String meant) {
        assertThat(NearestName.find(name, List.of(meant))).isPresent().contains(meant);
    }

    @Test
    void takesTheNearestOfSeveral() {
        assertThat(NearestName.find("dimension", KNOWN)).contains("dimensions");
        assertThat(NearestName.find("batch-tokns", KNOWN)).contains("batch-tokens");
    }

    @Test
    void takesTheFirstInTheAlphabetOfEquallyNearOnes() {
        assertThat(NearestName.find("ab", List.of("ad", "ac"))).contains("ac");
        assertThat(NearestName.find("ab", List.of("ac", "ad"))).contains("ac");
    }

    @Test
    void allowsTwoEditsOrAThirdOfTheLength() {
        assertThat(NearestName.find("blxxk", KNOWN)).contains("blank");
        assertThat(NearestName.find("blxxx", KNOWN)).isEmpty();
        assertThat(NearestName.find("dimensxxxs", KNOWN)).contains("dimensions");
        assertThat(NearestName.find("dimenxxxxs", KNOWN)).isEmpty();
    }

    @Test
    void findsNothingAmongNothing() {
        assertThat(NearestName.find("model", List.of())).isEmpty();
        assertThat(NearestName.find("", KNOWN)).isEmpty();
    }

    @Test
    void refusesNull() {
        assertThatThrownBy(() -> NearestName.find(null, KNOWN))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("name is null");
        assertThatThrownBy(() -> NearestName.find("a", null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("known is null");
    }
}
