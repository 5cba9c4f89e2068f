/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NativePitfallsTest {
    @ParameterizedTest
    @CsvSource({"\"a b\", b", "\"a #b #\", '#b #'", "\"a é\", é", "[\"a\" \"b\"], b", "[\"a\"], ''", "7, ''"})
    void findsAMergeThatIsShorterThanThePrefixOrCutInsideACharacter(String merge, String part) {
        String prefix = merge.contains("é") ? "#" : "#####";
        assertThat(NativePitfalls.find(bpe("\"%s\"".formatted(prefix), merge.replace("\" \"", "\", \""))))
                .contains("Its merge '%s' does not begin with the prefix '%s' of continuing words."
                        .formatted(part, prefix));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"a ##b\"", "[\"a\", \"##b\"]", "\"a ##\""})
    void passesMergesThatBeginWithThePrefix(String merge) {
        assertThat(NativePitfalls.find(bpe("\"##\"", merge))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"\"", "7"})
    void passesAnyMergeWhereThereIsNoPrefix(String prefix) {
        assertThat(NativePitfalls.find(bpe(prefix, "\"a b\""))).isEmpty();
    }

    private static JsonObject bpe(String prefix, String merge) {
        return JsonParser.parseString(
                        "{\"model\": {\"type\": \"BPE\", \"continuing_subword_prefix\": %s, \"merges\": [%s]}}"
                                .formatted(prefix, merge))
                .getAsJsonObject();
    }
}
