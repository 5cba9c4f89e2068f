/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.embark.Page;
import io.embark.WrittenBlock;
import io.embark.model.Families;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** How far the vectors of each kind of model are from Sentence Transformers', for the table in the manual. Thread-safe. */
final class WorstVectors {
    private static final Path ROWS = Path.of("src/test/resources/io/embark/families/rows.json");
    private static final Pattern FIGURES = Pattern.compile("\\| 1 - \\S+ \\| \\S+ \\|\n");

    private final Map<String, Row> rows = new LinkedHashMap<>();

    /** A row of the table. */
    private static final class Row {
        private final List<String> types;
        private final Pattern fixtures;
        private final List<String> models;
        private final TreeSet<String> seen = new TreeSet<>();
        private double cosine = 1;
        private double component;

        private Row(JsonElement json) {
            types = texts(json, "types");
            JsonElement pattern = json.getAsJsonObject().get("fixtures");
            fixtures = Pattern.compile(pattern == null ? ".*" : pattern.getAsString());
            models = texts(json, "models");
        }

        private static List<String> texts(JsonElement json, String key) {
            return json.getAsJsonObject().getAsJsonArray(key).asList().stream()
                    .map(JsonElement::getAsString)
                    .toList();
        }
    }

    /** Reads which rows there are: by {@code model_type}, and where one type has several kinds by the names of fixtures too. */
    WorstVectors() throws IOException {
        for (JsonElement row : JsonParser.parseString(Files.readString(ROWS)).getAsJsonArray()) {
            String name = row.getAsJsonObject().get("name").getAsString();
            rows.put(name, new Row(row));
        }
    }

    /** Takes the vectors of a case; {@code apart} is what the tolerance of the fixture holds. */
    synchronized void add(FamilyFixture fixture, double cosine, double apart) {
        String type = fixture.network().isEmpty() ? "static" : fixture.network();
        Row row = rows.values().stream()
                .filter(each -> each.types.contains(type)
                        && each.fixtures.matcher(fixture.name()).matches())
                .findFirst()
                .orElseThrow(() -> new AssertionError(
                        "%s has no row for the type %s of fixture %s: add one, with models of the hub that are like it"
                                .formatted(ROWS, type, fixture)));
        row.seen.add(fixture.name());
        row.cosine = Math.min(row.cosine, cosine);
        row.component = Math.max(row.component, apart);
    }

    /** Holds the page to what was seen, but for the figures themselves, which another machine may round otherwise. */
    synchronized void requirePage(Class<?> test) throws IOException {
        assertThat(rows.values().stream().flatMap(row -> row.types.stream()).toList())
                .as("each model_type has a row in %s", ROWS)
                .containsAll(Families.modelTypes());
        assertThat(rows)
                .as("each row has a fixture")
                .allSatisfy((name, row) -> assertThat(row.seen).as(name).isNotEmpty());
        List<String> lines = new ArrayList<>();
        lines.add("| architecture | `model_type` | models like | folders | cosine | component |\n");
        lines.add("|---|---|---|---|---|---|\n");
        rows.forEach((name, row) -> lines.add("| %s | %s | %s | %s | 1 - %s | %s |\n"
                .formatted(
                        name,
                        row.types.stream()
                                .filter(type -> !type.equals("static"))
                                .map("`%s`"::formatted)
                                .collect(Collectors.joining(", ")),
                        String.join(", ", row.models),
                        row.seen.size(),
                        figure(1 - row.cosine),
                        figure(row.component))));
        WrittenBlock.require(Page.of("families"), "families", String.join("", lines), FIGURES, test);
    }

    private static String figure(double value) {
        return value <= 0 ? "0" : String.format(Locale.ROOT, "%.0e", value).replace("e-0", "e-");
    }
}
