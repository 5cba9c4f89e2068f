/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.base;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.ToNumberPolicy;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads JSON that somebody else wrote, as RFC 8259 has it, names given twice refused, and no more bytes than its reader allows.
 * Gson's reader bounds the depth of nesting.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class StrictJson {
    private static final String NOT_UTF8 = "it is not UTF-8";

    private StrictJson() {}

    /**
     * A document in UTF-8.
     *
     * @param mostBytes more are not read
     * @throws MalformedJsonException if it is longer, not UTF-8, or not JSON
     * @throws IOException if it cannot be read
     */
    public static JsonElement read(InputStream in, int mostBytes) throws IOException {
        byte[] bytes = in.readNBytes(mostBytes + 1);
        if (bytes.length > mostBytes) {
            throw new MalformedJsonException("it is larger than %s bytes".formatted(mostBytes));
        }
        return parse(bytes);
    }

    /** The same of bytes. */
    public static JsonElement parse(byte[] utf8) throws MalformedJsonException {
        return parse(text(utf8));
    }

    /** What some bytes say. */
    static String text(byte[] utf8) throws MalformedJsonException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedJsonException(NOT_UTF8, e);
        }
    }

    /** The same of a text. */
    public static JsonElement parse(String json) throws MalformedJsonException {
        try {
            JsonReader reader = new StrictReader(new StringReader(json));
            JsonElement value = readValue(reader);
            requireEnd(reader);
            return value;
        } catch (IOException | IllegalStateException e) {
            throw new MalformedJsonException(detail(e), e);
        }
    }

    /**
     * A reader for what is too large to be kept, which gives the same promises for all that its caller reads: what is skipped
     * is JSON, but names within it may be given twice.
     *
     * @param in in UTF-8; reading ends with a {@link CharacterCodingException} if it is something else
     * @param mostBytes more are not read; a {@link MalformedJsonException} says so
     * @return throws {@link IllegalStateException} for a name given twice
     */
    public static JsonReader reader(InputStream in, long mostBytes) {
        return new StrictReader(in, mostBytes);
    }

    /** Refuses text behind the document. */
    public static void requireEnd(JsonReader reader) throws IOException {
        if (reader.peek() != JsonToken.END_DOCUMENT) {
            throw new IllegalStateException("text follows the end of the document");
        }
    }

    /** What ended the reading: what Gson says, without its advice to those who program with it. */
    public static String detail(Exception e) {
        if (e instanceof CharacterCodingException) {
            return NOT_UTF8;
        }
        String firstLine = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return Shown.value(firstLine.replace(
                "Use JsonReader.setStrictness(Strictness.LENIENT) to accept malformed JSON", "malformed JSON"));
    }

    /** The next value; whether names may be given twice is for the reader to say, and of those the last counts. */
    static JsonElement readValue(JsonReader reader) throws IOException {
        return switch (reader.peek()) {
            case BEGIN_OBJECT -> readObject(reader);
            case BEGIN_ARRAY -> readArray(reader);
            case STRING -> new JsonPrimitive(reader.nextString());
            // As it stands in the file, since its range is for the reader of the field to judge.
            case NUMBER -> new JsonPrimitive(ToNumberPolicy.LAZILY_PARSED_NUMBER.readNumber(reader));
            case BOOLEAN -> new JsonPrimitive(reader.nextBoolean());
            case NULL -> {
                reader.nextNull();
                yield JsonNull.INSTANCE;
            }
            case END_ARRAY, END_OBJECT, NAME, END_DOCUMENT -> throw new IllegalStateException("a value is missing");
        };
    }

    private static JsonObject readObject(JsonReader reader) throws IOException {
        JsonObject object = new JsonObject();
        reader.beginObject();
        while (reader.hasNext()) {
            object.add(reader.nextName(), readValue(reader));
        }
        reader.endObject();
        return object;
    }

    private static JsonArray readArray(JsonReader reader) throws IOException {
        JsonArray array = new JsonArray();
        reader.beginArray();
        while (reader.hasNext()) {
            array.add(readValue(reader));
        }
        reader.endArray();
        return array;
    }
}
