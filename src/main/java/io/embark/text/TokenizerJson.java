/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.stream.MalformedJsonException;
import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.StrictJson;
import io.embark.model.ModelFolder;
import io.embark.model.TokenizerSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** The {@code tokenizer.json} of a model, changed to what Sentence Transformers makes of it. */
final class TokenizerJson {
    private TokenizerJson() {}

    /**
     * The file without its own truncation and padding, which the model's limit replaces, and with what the tokenizer's class
     * builds anew.
     *
     * @throws EmbarkException {@link ErrorCode#TOKENIZER_INVALID} if the file cannot be read, is not a JSON object or lacks a
     *     special token
     */
    static JsonObject read(ModelFolder folder) {
        TokenizerSettings settings = folder.specification().tokenizer();
        JsonObject json = parse(folder.tokenizerFile());
        json.add("truncation", JsonNull.INSTANCE);
        json.add("padding", JsonNull.INSTANCE);
        RebuiltTokenizer.rebuild(folder.tokenizerFile(), json, settings);
        if (settings.lowerCaseFirst()) {
            json.add("normalizer", lowerCaseFirst(json.get("normalizer")));
        }
        return json;
    }

    /** The numbers of the special tokens. */
    static Set<Integer> specialTokens(JsonObject json) {
        Set<Integer> numbers = new HashSet<>();
        if (json.get("added_tokens") instanceof JsonArray added) {
            for (JsonElement each : added) {
                if (each instanceof JsonObject token
                        && token.get("id") instanceof JsonPrimitive id
                        && id.isNumber()
                        && new JsonPrimitive(true).equals(token.get("special"))) {
                    numbers.add(id.getAsInt());
                }
            }
        }
        return numbers;
    }

    /** The same tokenizer, which cuts texts at their start; the library's own call for it knows only their end. */
    static String cuttingStart(JsonObject json, int maxTokens) {
        JsonObject truncation = new JsonObject();
        truncation.addProperty("direction", "Left");
        truncation.addProperty("max_length", maxTokens);
        truncation.addProperty("strategy", "LongestFirst");
        truncation.addProperty("stride", 0);
        JsonObject cutting = json.deepCopy();
        cutting.add("truncation", truncation);
        return cutting.toString();
    }

    /** The same tokenizer, to which special tokens within a text are text like any other. */
    static JsonObject splittingSpecial(JsonObject json) {
        JsonArray others = new JsonArray();
        for (JsonElement token : json.getAsJsonArray("added_tokens")) {
            if (!token.getAsJsonObject().get("special").getAsBoolean()) {
                others.add(token);
            }
        }
        JsonObject splitting = new JsonObject();
        json.entrySet().forEach(entry -> splitting.add(entry.getKey(), entry.getValue()));
        splitting.add("added_tokens", others);
        return splitting;
    }

    private static JsonObject parse(Path file) {
        try {
            return VocabularyFiles.isOne(file) ? VocabularyFiles.read(file) : parseWhole(file);
        } catch (MalformedJsonException e) {
            throw TokenizerErrors.notATokenizer(
                    file, "Reading it as JSON in UTF-8 failed: %s.".formatted(e.getMessage()), e);
        } catch (IOException e) {
            throw TokenizerErrors.notATokenizer(
                    file,
                    "Reading it as JSON in UTF-8 failed: %s."
                            .formatted(e.getClass().getSimpleName()),
                    e);
        }
    }

    private static JsonObject parseWhole(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            if (StrictJson.read(in, TokenizerSettings.MOST_FILE_BYTES) instanceof JsonObject json) {
                return json;
            }
            throw TokenizerErrors.notATokenizer(file, "It is JSON, but not an object.", null);
        }
    }

    /** Sentence Transformers puts a Lowercase normaliser first, unless there is one. */
    private static JsonElement lowerCaseFirst(JsonElement normalizer) {
        JsonArray steps = new JsonArray();
        JsonObject lowercase = new JsonObject();
        lowercase.addProperty("type", "Lowercase");
        steps.add(lowercase);
        if (normalizer != null && normalizer.isJsonObject()) {
            if (normalizer.toString().contains("\"Lowercase\"")) {
                return normalizer;
            }
            steps.add(normalizer);
        }
        JsonObject sequence = new JsonObject();
        sequence.addProperty("type", "Sequence");
        sequence.add("normalizers", steps);
        return sequence;
    }
}
