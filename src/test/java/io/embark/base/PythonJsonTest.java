/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Python's json.loads takes and refuses, tried with CPython 3.11. */
class PythonJsonTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a": 1, "a": 2}                      | {"a":2}
            {"a": {"b": 1}, "c": 2, "a": [NaN]}   | {"a":[NaN],"c":2}
            [NaN, Infinity, -Infinity]            | [NaN,Infinity,-Infinity]
            {"NaN": "NaN", "b": "-Infinity: NaN"} | {"NaN":"NaN","b":"-Infinity: NaN"}
            ["a\\"NaN\\"", NaN]                   | ["a\\"NaN\\"",NaN]
            NaN                                   | NaN
            """)
    void readsConstantsAndTheLastOfTwoNames(String json, String read) throws IOException {
        assertThat(parse(json)).hasToString(read);
    }

    @Test
    void aConstantIsANumber() throws IOException {
        assertThat(parse("[NaN]").getAsJsonArray().get(0).getAsJsonPrimitive().isNumber())
                .isTrue();
        assertThat(parse("[\"NaN\"]")
                        .getAsJsonArray()
                        .get(0)
                        .getAsJsonPrimitive()
                        .isString())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[1,]",
                "{'a': 1}",
                "[nan]",
                "[+Infinity]",
                "[- Infinity]",
                "{NaN: 1}",
                "{NaN : 1}",
                "[NaNa]",
                "[1NaN]",
                "[NaN NaN]",
                "[01]",
                "[tru]",
                "// a\n[]",
                "[1] 2",
                "[\"\n\"]"
            })
    void refusesWhatPythonRefuses(String json) {
        assertThatThrownBy(() -> parse(json)).isInstanceOf(MalformedJsonException.class);
    }

    private static JsonElement parse(String json) throws MalformedJsonException {
        return PythonJson.parse(json.getBytes(StandardCharsets.UTF_8));
    }
}
