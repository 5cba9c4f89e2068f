/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.ToNumberPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Folders of fixtures with some keys changed, and what {@code src/test/oracle/key_cases.py} says of each: the vectors of a few
 * texts, or that Sentence Transformers fails.
 *
 * @param folder where {@code cases.json} and {@code cases.safetensors} are
 * @param texts what is embedded
 * @param cases all of them
 */
record KeyCases(Path folder, List<String> texts, List<KeyCase> cases) {
    /** Keeps numbers as they are written, and what is null. */
    private static final Gson GSON = new GsonBuilder()
            .serializeNulls()
            .setObjectToNumberStrategy(ToNumberPolicy.LAZILY_PARSED_NUMBER)
            .create();

    /**
     * One of them.
     *
     * @param base the name of the fixture
     * @param file the file within it
     * @param changes the keys, with slashes on the way to inner ones, and their values
     * @param golden the name of the tensor with the vectors; empty if Sentence Transformers fails
     * @param refusal what Embark's refusal begins with behind the folder; empty if it gives the vectors, or if nobody says
     */
    record KeyCase(String base, String file, JsonObject changes, Optional<String> golden, Optional<String> refusal) {
        @Override
        public String toString() {
            return "%s/%s %s".formatted(base, file, changes);
        }

        /** Makes the folder. */
        Path write(Path parent) throws IOException {
            Path source = FamilyFixture.named(base).folder();
            Path copy = Files.createTempDirectory(parent, base);
            try (Stream<Path> files = Files.walk(source)) {
                for (Path from : files.filter(Files::isRegularFile).toList()) {
                    Path to = copy.resolve(source.relativize(from).toString());
                    Files.createDirectories(to.getParent());
                    Files.copy(from, to);
                }
            }
            Path target = copy.resolve(file);
            JsonObject content =
                    Files.exists(target) ? GSON.fromJson(Files.readString(target), JsonObject.class) : new JsonObject();
            changes.asMap().forEach((path, value) -> put(content, List.of(path.split("/")), value));
            Files.createDirectories(target.getParent());
            Files.writeString(target, GSON.toJson(content));
            return copy;
        }

        private static void put(JsonObject object, List<String> path, JsonElement value) {
            if (path.size() == 1) {
                object.add(path.get(0), value);
                return;
            }
            if (!(object.get(path.get(0)) instanceof JsonObject)) {
                object.add(path.get(0), new JsonObject());
            }
            put(object.getAsJsonObject(path.get(0)), path.subList(1, path.size()), value);
        }
    }

    static KeyCases read(Path folder) {
        try {
            JsonObject file = JsonParser.parseString(Files.readString(folder.resolve("cases.json")))
                    .getAsJsonObject();
            return new KeyCases(
                    folder,
                    file.getAsJsonArray("texts").asList().stream()
                            .map(JsonElement::getAsString)
                            .toList(),
                    file.getAsJsonArray("cases").asList().stream()
                            .map(JsonElement::getAsJsonObject)
                            .map(KeyCases::keyCase)
                            .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static KeyCase keyCase(JsonObject json) {
        return new KeyCase(
                json.get("base").getAsString(),
                json.get("file").getAsString(),
                json.getAsJsonObject("set"),
                Optional.ofNullable(json.get("tensor")).map(JsonElement::getAsString),
                Optional.ofNullable(json.get("refusal")).map(JsonElement::getAsString));
    }

    /** The vectors of a case, {@code [texts][dimension]}. */
    float[][] golden(String tensor) {
        return StoredTensors.read(folder.resolve("cases.safetensors")).matrix(tensor);
    }
}
