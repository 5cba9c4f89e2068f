/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.embark.base.StrictJson;
import io.embark.model.family.Architecture;
import io.embark.model.files.ModelProblem;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The limit that a {@code tokenizer.json} itself sets, which holds where no module sets another.
 *
 * @param maxTokens the most tokens of one text
 * @param cutsStart whether a longer one loses its start, and not its end
 */
record TokenizerLimit(int maxTokens, boolean cutsStart) {
    /** That of a file which sets none. */
    static final TokenizerLimit NONE = new TokenizerLimit(Architecture.UNLIMITED, false);

    /**
     * Reads the file as far as the limit; the whole of it is checked where the tokenizer is made.
     *
     * @throws io.embark.EmbarkException MODEL_INVALID if the file is not JSON or the limit is none
     */
    static TokenizerLimit read(Path tokenizer) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(tokenizer))) {
            JsonReader reader = StrictJson.reader(in, TokenizerSettings.MOST_FILE_BYTES);
            reader.beginObject();
            while (reader.hasNext()) {
                // The vocabulary, which is most of the file, stands behind it and is not read.
                if (reader.nextName().equals("truncation")) {
                    return reader.peek() == JsonToken.NULL ? NONE : limit(tokenizer, reader);
                }
                reader.skipValue();
            }
            return NONE;
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            throw ModelProblem.damaged(
                    "%s: not a tokenizer".formatted(tokenizer),
                    "Reading its truncation ended with: %s.".formatted(StrictJson.detail(e)),
                    e);
        }
    }

    private static TokenizerLimit limit(Path tokenizer, JsonReader reader) throws IOException {
        long maxTokens = Architecture.UNLIMITED;
        String direction = "Right";
        reader.beginObject();
        while (reader.hasNext()) {
            switch (reader.nextName()) {
                case "max_length" -> maxTokens = reader.nextLong();
                case "direction" -> direction = reader.nextString();
                default -> reader.skipValue();
            }
        }
        reader.endObject();
        if (maxTokens < 1) {
            throw ModelProblem.wrongField(
                    "%s: truncation: max_length is %s".formatted(tokenizer, maxTokens), "It must be at least 1.");
        }
        return new TokenizerLimit((int) Math.min(maxTokens, Architecture.UNLIMITED), direction.equals("Left"));
    }
}
