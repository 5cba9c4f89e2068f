/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.embark.model.files.JsonConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A {@code config.json} whose fields a test changes one by one. */
public final class ConfigFile {
    private final Path path;
    private final JsonObject json;

    public ConfigFile(Path folder, String content) {
        path = folder.resolve("config.json");
        json = JsonParser.parseString(content).getAsJsonObject();
    }

    /** Where it is once it was read. */
    public Path path() {
        return path;
    }

    /** Sets a field; {@code value} is JSON. */
    public ConfigFile set(String field, String value) {
        json.add(field, JsonParser.parseString(value));
        return this;
    }

    /** Leaves fields out. */
    public ConfigFile unset(String... fields) {
        List.of(fields).forEach(json::remove);
        return this;
    }

    /** Writes the file and reads it. */
    public JsonConfig read() {
        try {
            Files.writeString(path, json.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return JsonConfig.read(path);
    }
}
