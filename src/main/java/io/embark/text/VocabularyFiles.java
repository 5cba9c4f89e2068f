/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.embark.base.StrictJson;
import io.embark.model.TokenizerSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The vocabularies of folders without a {@code tokenizer.json}, as the tokenizers library reads them ({@code WordPiece::read_file},
 * {@code BPE::read_file}); a tokenizer's class builds the rest.
 */
final class VocabularyFiles {
    private static final String WORDS = "vocab.txt";
    private static final String PIECES = "vocab.json";
    private static final String MERGES = "merges.txt";

    private static final Pattern LINE_END = Pattern.compile("\\r?\\n");
    private static final Pattern BLANKS_AT_END = Pattern.compile("(?<!\\p{IsWhite_Space})\\p{IsWhite_Space}++\\z");

    private VocabularyFiles() {}

    /** Whether a file is a vocabulary, and no whole tokenizer. */
    static boolean isOne(Path file) {
        return List.of(WORDS, PIECES).contains(file.getFileName().toString());
    }

    /** What stands for the content of a {@code tokenizer.json}: the model alone. */
    static JsonObject read(Path file) throws IOException {
        JsonObject model = new JsonObject();
        if (file.endsWith(WORDS)) {
            model.add("vocab", words(file));
        } else {
            try (InputStream in = Files.newInputStream(file)) {
                model.add("vocab", StrictJson.read(in, TokenizerSettings.MOST_FILE_BYTES));
            }
            model.add("merges", merges(file.resolveSibling(MERGES)));
        }
        JsonObject json = new JsonObject();
        json.add("model", model);
        return json;
    }

    /** A word on each line; of those that stand twice, the last counts. */
    private static JsonElement words(Path file) throws IOException {
        JsonObject words = new JsonObject();
        List<String> lines = lines(file);
        for (int i = 0; i < lines.size(); i++) {
            words.addProperty(BLANKS_AT_END.matcher(lines.get(i)).replaceFirst(""), i);
        }
        return words;
    }

    private static JsonElement merges(Path file) throws IOException {
        JsonArray merges = new JsonArray();
        List<String> lines = lines(file);
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith("#version")) {
                continue;
            }
            String[] parts = lines.get(i).split(" ", -1);
            if (parts.length != 2) {
                throw TokenizerErrors.notATokenizer(
                        file, "Line %s has no two parts with a blank between them.".formatted(i + 1), null);
            }
            JsonArray merge = new JsonArray();
            merge.add(parts[0]);
            merge.add(parts[1]);
            merges.add(merge);
        }
        return merges;
    }

    private static List<String> lines(Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(TokenizerSettings.MOST_FILE_BYTES + 1);
        }
        if (bytes.length > TokenizerSettings.MOST_FILE_BYTES) {
            throw TokenizerErrors.notATokenizer(
                    file, "It has more than %s bytes.".formatted(TokenizerSettings.MOST_FILE_BYTES), null);
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            List<String> lines = List.of(LINE_END.split(text, -1));
            // The last one is empty where the file ends with a line break.
            return lines.get(lines.size() - 1).isEmpty() ? lines.subList(0, lines.size() - 1) : lines;
        } catch (CharacterCodingException e) {
            throw TokenizerErrors.notATokenizer(file, "It is not UTF-8.", e);
        }
    }
}
