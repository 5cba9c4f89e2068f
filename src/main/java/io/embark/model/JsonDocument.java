package io.embark.model;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads JSON as RFC 8259 has it, names given twice refused: a {@code Map}, {@code List}, {@code String}, {@code Boolean},
 * {@link NumberLiteral} or null. Gson's reader bounds the depth of nesting.
 */
final class JsonDocument {
    /** Far above any configuration of a model, far below the heap. */
    private static final int MAX_BYTES = 16 << 20;

    /** A number as it stands in the file, since its range is for the reader of the field to judge. */
    record NumberLiteral(String literal) {
        @Override
        public String toString() {
            return literal;
        }
    }

    private JsonDocument() {}

    /** The document in a file; any trouble with it is an {@link io.embark.EmbarkException} that names the file. */
    static Object read(Path file) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (IOException e) {
            throw ModelProblem.unreadable(file, e);
        }
        if (bytes.length > MAX_BYTES) {
            throw ModelProblem.invalid(
                    "%s: larger than %d bytes".formatted(file, MAX_BYTES),
                    "A JSON file of a model is never that large.",
                    "Look whether another file was saved under this name.");
        }
        return parse(file.toString(), bytes);
    }

    /** The document in some bytes; any trouble with it is an {@link io.embark.EmbarkException} that names the subject. */
    static Object parse(String subject, byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            JsonReader reader = new JsonReader(new StringReader(text));
            reader.setStrictness(Strictness.STRICT);
            Object value = readValue(reader);
            requireEnd(reader);
            return value;
        } catch (CharacterCodingException e) {
            throw notJson(subject, "it is not UTF-8", e);
        } catch (IOException | IllegalStateException e) {
            throw notJson(subject, detail(e), e);
        }
    }

    /** A strict reader of UTF-8 bytes, bytes that are not UTF-8 refused. */
    static JsonReader reader(InputStream in) {
        JsonReader reader = new JsonReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
        reader.setStrictness(Strictness.STRICT);
        return reader;
    }

    static void requireEnd(JsonReader reader) throws IOException {
        if (reader.peek() != JsonToken.END_DOCUMENT) {
            throw new IllegalStateException("text follows the end of the document");
        }
    }

    /** What Gson says, without its advice to those who program with it. */
    static String detail(Exception e) {
        String firstLine = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return ModelProblem.show(firstLine.replace(
                "Use JsonReader.setStrictness(Strictness.LENIENT) to accept malformed JSON", "malformed JSON"));
    }

    private static RuntimeException notJson(String subject, String detail, Exception e) {
        return ModelProblem.damaged(
                "%s: not valid JSON".formatted(subject), "Reading it ended with: %s.".formatted(detail), e);
    }

    private static Object readValue(JsonReader reader) throws IOException {
        return switch (reader.peek()) {
            case BEGIN_OBJECT -> readObject(reader);
            case BEGIN_ARRAY -> readArray(reader);
            case STRING -> reader.nextString();
            case NUMBER -> new NumberLiteral(reader.nextString());
            case BOOLEAN -> reader.nextBoolean();
            case NULL -> {
                reader.nextNull();
                yield null;
            }
            case END_ARRAY, END_OBJECT, NAME, END_DOCUMENT -> throw new IllegalStateException("a value is missing");
        };
    }

    private static Map<String, Object> readObject(JsonReader reader) throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        reader.beginObject();
        while (reader.hasNext()) {
            String name = reader.nextName();
            if (fields.containsKey(name)) {
                throw new IllegalStateException("the name '" + name + "' is given twice");
            }
            fields.put(name, readValue(reader));
        }
        reader.endObject();
        return fields;
    }

    private static List<Object> readArray(JsonReader reader) throws IOException {
        List<Object> values = new ArrayList<>();
        reader.beginArray();
        while (reader.hasNext()) {
            values.add(readValue(reader));
        }
        reader.endArray();
        return values;
    }
}
