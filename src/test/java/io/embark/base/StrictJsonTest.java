/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.MalformedJsonException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StrictJsonTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"a": 1, "a": 2}             | the name 'a' is given twice
            {"b": {"a": 1, "a": 2}}      | the name 'a' is given twice
            {"b": {"a": 1}, "b": 2}      | the name 'b' is given twice
            [{"a": 1}, {"a": 1, "a": 2}] | the name 'a' is given twice
            """)
    void aNameIsGivenOnce(String json, String message) {
        assertThatThrownBy(() -> StrictJson.parse(json))
                .isInstanceOf(MalformedJsonException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> walk(reader(json, 100)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(message);
    }

    @Test
    void anotherObjectMayHaveTheSameName() throws IOException {
        String json = "{\"a\": {\"a\": [{\"a\": 1}, {\"a\": 2}]}, \"b\": {\"a\": 3}}";

        assertThat(StrictJson.parse(json)).hasToString(json.replace(" ", ""));
        walk(reader(json, 100));
    }

    @Test
    void namesWithinWhatIsSkippedAreNotSeen() throws IOException {
        try (JsonReader reader = reader("{\"a\": {\"b\": 1, \"b\": 2}}", 100)) {
            reader.beginObject();
            assertThat(reader.nextName()).isEqualTo("a");
            reader.skipValue();
            reader.endObject();
            StrictJson.requireEnd(reader);
        }
    }

    @Test
    void aStreamIsNotReadBeyondItsBound() throws IOException {
        walk(reader("[\"0123\"]", 8));

        assertThatThrownBy(() -> walk(reader("[\"01234\"]", 8)))
                .isInstanceOf(MalformedJsonException.class)
                .hasMessage("it is larger than 8 bytes");
        assertThatThrownBy(() -> walk(reader("[" + "0,".repeat(100_000), 9_000)))
                .isInstanceOf(MalformedJsonException.class)
                .hasMessage("it is larger than 9000 bytes");
    }

    @Test
    void bytesThatAreNoUtf8AreSaidToBeThat() {
        byte[] bytes = {'"', (byte) 0xff, '"'};

        assertThatThrownBy(() -> walk(StrictJson.reader(new ByteArrayInputStream(bytes), 100)))
                .isInstanceOfSatisfying(CharacterCodingException.class, e -> assertThat(StrictJson.detail(e))
                        .isEqualTo("it is not UTF-8"));
    }

    private static JsonReader reader(String json, int mostBytes) {
        return StrictJson.reader(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), mostBytes);
    }

    private static void walk(JsonReader reader) throws IOException {
        int depth = 0;
        do {
            switch (reader.peek()) {
                case BEGIN_OBJECT -> {
                    reader.beginObject();
                    depth++;
                }
                case END_OBJECT -> {
                    reader.endObject();
                    depth--;
                }
                case BEGIN_ARRAY -> {
                    reader.beginArray();
                    depth++;
                }
                case END_ARRAY -> {
                    reader.endArray();
                    depth--;
                }
                case NAME -> assertThat(reader.nextName()).isNotNull();
                case STRING, NUMBER, BOOLEAN, NULL -> reader.skipValue();
                case END_DOCUMENT -> throw new IllegalStateException("the end comes too early");
            }
        } while (depth > 0);
        StrictJson.requireEnd(reader);
    }
}
