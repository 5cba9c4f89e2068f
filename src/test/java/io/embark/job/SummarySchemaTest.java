/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.embark.model.ModelFolderBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds summary.json to the schema that the manual has of it. */
class SummarySchemaTest {
    private static final Path SCHEMA = Path.of("src", "site", "resources", "summary.schema.json");

    @TempDir
    Path folder;

    private String model;

    @BeforeEach
    void writeAModel() throws IOException {
        model = ModelFolderBuilder.in(folder.resolve("model")).write().toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--quiet",
                "--long-text chunks --max-tokens 5",
                "--on-error null --max-text-characters 10 --long-text mean",
                "--encoding binary"
            })
    void theSummaryOfARunIsAsTheSchemaSays(String options) throws IOException {
        JsonObject summary = summary(options.split(" "));

        new SchemaCheck(schema()).require(summary);
        assertThat(schema().getAsJsonObject("properties").keySet()).containsAll(summary.keySet());
    }

    @Test
    void theCountsOfARefreshMayStandThere() throws IOException {
        JsonObject summary = summary();
        for (String count : List.of("new", "changed", "updated", "unchanged", "deleted", "flagged")) {
            summary.addProperty(count, 3);
        }
        summary.add("versions", JsonParser.parseString("{\"source\": \"7\"}"));
        summary.add("changes", JsonParser.parseString("{\"from\": \"version 3\", \"to\": \"version 7\"}"));

        new SchemaCheck(schema()).require(summary);
    }

    @ParameterizedTest
    @CsvSource({
        "version, 3, '$.version: 3 is none of [1,2]'",
        "rows, -1, $.rows: -1 is less than 0",
        "rows, 1.5, $.rows: 1.5 is no integer",
        "more, 1, $: more is not in the schema",
        "settings, 1, $.settings: 1 is no object",
        "failed, , $: failed is missing"
    })
    void theSchemaRefusesWhatIsNoSummary(String key, Double value, String message) throws IOException {
        JsonObject summary = summary();
        summary.remove(key);
        if (value != null) {
            summary.add(key, value % 1 == 0 ? new JsonPrimitive(value.longValue()) : new JsonPrimitive(value));
        }

        assertThatThrownBy(() -> new SchemaCheck(schema()).require(summary))
                .isInstanceOf(AssertionError.class)
                .hasMessage(message);
    }

    private static JsonObject schema() throws IOException {
        return JsonParser.parseString(Files.readString(SCHEMA)).getAsJsonObject();
    }

    private JsonObject summary(String... options) throws IOException {
        Path report = folder.resolve("report");
        Outcome outcome = Outcome.of(
                List.of(
                        "embed",
                        "--sql",
                        "select 'the cat sat on the mat' as text union all select 'a cat' union all select null",
                        "--model",
                        model,
                        "--output",
                        folder.resolve("out").toString(),
                        "--report",
                        report.toString()),
                options);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        JsonElement summary = Outcome.summary(report);
        return summary.getAsJsonObject();
    }
}
