/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.embark.EmbedOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A tiny model folder with the vectors that Sentence Transformers gave for it, as {@code src/test/oracle} wrote it.
 *
 * @param folder the model's, with {@code golden.json} in it
 * @param tolerance how far components may be from the golden ones
 * @param idle patterns of stored tensors that change no vector
 * @param versions of the packages that wrote it
 * @param files SHA-256 of each file, by its path from the folder
 */
record FamilyFixture(
        Path folder,
        double tolerance,
        List<String> idle,
        List<Case> cases,
        Map<String, String> versions,
        Map<String, String> files) {
    private static final String GOLDEN = "golden.json";

    /**
     * One way to embed all texts.
     *
     * @param tensor of {@code golden.safetensors}, {@code [texts][dimension]}
     */
    record Case(String name, String tensor, EmbedOptions options) {}

    /** All of them, by name; those whose name begins with {@code -Dembark.fixtures=NAME} where it is set. */
    static List<FamilyFixture> all() {
        String wanted = System.getProperty("embark.fixtures", "");
        try (Stream<Path> folders = Files.list(root())) {
            return folders.filter(folder -> Files.exists(folder.resolve(GOLDEN)))
                    .filter(folder -> folder.getFileName().toString().startsWith(wanted))
                    .sorted()
                    .map(FamilyFixture::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The one of a name. */
    static FamilyFixture named(String name) {
        return read(root().resolve(name));
    }

    /** What every fixture embeds. */
    static List<String> texts() {
        return texts(json(root().resolve("texts.json")));
    }

    String name() {
        return folder.getFileName().toString();
    }

    /** The vectors of a case, {@code [texts][dimension]}. */
    float[][] golden(Case chosen) {
        return StoredTensors.read(folder.resolve("golden.safetensors")).matrix(chosen.tensor());
    }

    /** The files with the model's weights, from its folder. */
    List<String> weights() {
        return files.keySet().stream()
                .filter(name -> name.endsWith(".safetensors") && !name.startsWith("golden"))
                .toList();
    }

    /** What {@code config.json} calls the kind of network; empty if it is silent. */
    String network() {
        Path config = folder.resolve("config.json");
        JsonElement type = Files.exists(config) ? json(config).getAsJsonObject().get("model_type") : null;
        return type == null ? "" : type.getAsString();
    }

    /** The same, of a copy of the folder. */
    FamilyFixture at(Path copy) {
        return new FamilyFixture(copy, tolerance, idle, cases, versions, files);
    }

    @Override
    public String toString() {
        return name();
    }

    private static FamilyFixture read(Path folder) {
        JsonObject golden = json(folder.resolve(GOLDEN)).getAsJsonObject();
        List<Case> cases = new ArrayList<>();
        golden.getAsJsonObject("cases").asMap().forEach((name, value) -> {
            JsonObject each = value.getAsJsonObject();
            cases.add(new Case(
                    name,
                    each.get("tensor").getAsString(),
                    EmbedOptions.parse(strings(each.getAsJsonObject("options")))));
        });
        return new FamilyFixture(
                folder,
                golden.getAsJsonObject("tolerance").get("component").getAsDouble(),
                texts(golden.get("idle")),
                cases,
                strings(golden.getAsJsonObject("versions")),
                strings(golden.getAsJsonObject("files")));
    }

    private static Path root() {
        try {
            return Path.of(
                    FamilyFixture.class.getResource("/io/embark/families").toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonElement json(Path file) {
        try {
            return JsonParser.parseString(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> texts(JsonElement array) {
        return array.getAsJsonArray().asList().stream()
                .map(JsonElement::getAsString)
                .toList();
    }

    private static Map<String, String> strings(JsonObject object) {
        Map<String, String> strings = new LinkedHashMap<>();
        object.asMap().forEach((name, value) -> strings.put(name, value.getAsString()));
        return strings;
    }
}
