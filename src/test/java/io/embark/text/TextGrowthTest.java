/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextGrowthTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            `a` | `aa` | 4 | 5
            `a` | ` a ` | 7 | 8
            `ab` | `ababab` | 2 | 3
            """)
    void boundsReplacementsOfWhatOthersMade(String pattern, String content, int passes, int fails) {
        assertThat(TextGrowth.problem(times(pattern, content, passes))).isEmpty();
        assertThat(TextGrowth.problem(times(pattern, content, fails))).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~"})
    void passesBlanksAroundEachOfManySigns(String signs) {
        JsonArray steps = new JsonArray();
        signs.chars().forEach(sign -> steps.add(replace(String.valueOf((char) sign), " %c ".formatted((char) sign))));
        steps.add(JsonParser.parseString(
                "{\"type\": \"Replace\", \"pattern\": {\"Regex\": \"\\\\s+\"}, \"content\": \" \"}"));
        assertThat(TextGrowth.problem(objects(steps))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"type\": \"Replace\", \"pattern\": {\"Regex\": \"x+\"}, \"content\": \"12345678901234567\"}]",
                "[{\"type\": \"Replace\", \"pattern\": {\"Regex\": \".\"}, \"content\": \"12345\"},"
                        + "{\"type\": \"Replace\", \"pattern\": {\"Regex\": \".\"}, \"content\": \"12345\"}]",
                "[{\"type\": \"Replace\", \"pattern\": {\"String\": \"a\"}, \"content\": \"BBBBB\"}, {\"type\": \"Lowercase\"},"
                        + "{\"type\": \"Replace\", \"pattern\": {\"String\": \"b\"}, \"content\": \"12345\"}]",
                "[{\"type\": \"BertNormalizer\", \"handle_chinese_chars\": true}, {\"type\": \"BertNormalizer\","
                        + " \"handle_chinese_chars\": true}, {\"type\": \"BertNormalizer\", \"handle_chinese_chars\": true}]"
            })
    void findsGrowthAcrossKinds(String steps) {
        assertThat(TextGrowth.problem(objects(JsonParser.parseString(steps).getAsJsonArray())))
                .contains("Together its parts make more than 16 characters of one.");
    }

    private static List<JsonObject> times(String pattern, String content, int times) {
        JsonArray steps = new JsonArray();
        for (int i = 0; i < times; i++) {
            steps.add(replace(pattern, content));
        }
        return objects(steps);
    }

    private static JsonObject replace(String pattern, String content) {
        JsonObject string = new JsonObject();
        string.addProperty("String", pattern);
        JsonObject replace = new JsonObject();
        replace.addProperty("type", "Replace");
        replace.add("pattern", string);
        replace.addProperty("content", content);
        return replace;
    }

    private static List<JsonObject> objects(JsonArray steps) {
        return steps.asList().stream().map(step -> step.getAsJsonObject()).toList();
    }
}
