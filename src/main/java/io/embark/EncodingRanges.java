/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark;

import static java.util.Objects.requireNonNull;

import com.google.gson.stream.JsonReader;
import io.embark.base.StrictJson;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The least and the greatest value that is expected of each component of a vector, by which int8 and uint8 measure it; what
 * lies outside gets the code of the nearer end. Written as {@code {"min": [...], "max": [...]}}.
 *
 * <p>Ranges that were named by a file hold its path until {@link #read}. Immutable and thread-safe.
 */
public final class EncodingRanges implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final String MIN = "min";
    private static final String MAX = "max";
    private static final float CODES = 255;

    /** No vector has more, and a file of so many ranges is below {@link #MOST_BYTES}. */
    private static final int MOST_COMPONENTS = 65_536;

    private static final int MOST_BYTES = 8 << 20;

    /** Null where the ranges are here. */
    private final String file;

    private final float[] min;
    private final float[] max;

    private EncodingRanges(String file, float[] min, float[] max) {
        this.file = file;
        this.min = min;
        this.max = max;
    }

    /**
     * The ranges between these ends.
     *
     * @param min {@code [dimension]}, copied
     * @param max {@code [dimension]}, copied
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if they have different lengths or none, are not finite, or a
     *     range ends below its begin
     */
    public static EncodingRanges of(float[] min, float[] max) {
        if (min.length != max.length || min.length == 0) {
            throw refused(
                    "min has %s components and max %s".formatted(min.length, max.length),
                    "Each component has one range.",
                    null);
        }
        for (int i = 0; i < min.length; i++) {
            // Written so that a NaN is refused too.
            if (!(min[i] <= max[i]) || !Float.isFinite(min[i]) || !Float.isFinite(max[i])) {
                throw refused(
                        "component %s has the range %s to %s".formatted(i, min[i], max[i]),
                        "A range goes from a finite number to one that is not smaller.",
                        null);
            }
        }
        return new EncodingRanges(null, min.clone(), max.clone());
    }

    /** The ranges that a file holds, which nobody reads yet. */
    public static EncodingRanges inFile(String path) {
        return new EncodingRanges(requireNonNull(path, "path is null"), new float[0], new float[0]);
    }

    /**
     * Reads a value of {@link EmbedOptions#ENCODING_RANGES}: JSON, else the path of a file.
     *
     * @throws EmbarkException as {@link #ofJson}
     */
    public static EncodingRanges parse(String value) {
        return value.stripLeading().startsWith("{") ? ofJson(value) : inFile(value);
    }

    /**
     * Reads JSON.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if it is something else than two arrays of numbers, {@code min}
     *     and {@code max}, or as {@link #of}
     */
    public static EncodingRanges ofJson(String json) {
        return ofJson(json.getBytes(StandardCharsets.UTF_8));
    }

    private static EncodingRanges ofJson(byte[] utf8) {
        Map<String, float[]> ends = new LinkedHashMap<>();
        try (JsonReader reader = StrictJson.reader(new ByteArrayInputStream(utf8), MOST_BYTES)) {
            reader.beginObject();
            while (reader.hasNext()) {
                String key = reader.nextName();
                ends.put(key, key.equals(MIN) || key.equals(MAX) ? numbers(reader, key) : skipped(reader));
            }
            reader.endObject();
            StrictJson.requireEnd(reader);
        } catch (IOException | IllegalStateException e) {
            throw refused("is not JSON", ended(e), e);
        }
        if (!ends.keySet().equals(Set.of(MIN, MAX))) {
            throw refused("has the keys %s".formatted(ends.keySet()), "It has min and max, and nothing else.", null);
        }
        return of(ends.get(MIN), ends.get(MAX));
    }

    private static float[] skipped(JsonReader reader) throws IOException {
        reader.skipValue();
        return new float[0];
    }

    private static float[] numbers(JsonReader reader, String key) throws IOException {
        float[] numbers = new float[16];
        int size = 0;
        try {
            reader.beginArray();
            while (reader.hasNext()) {
                if (size == MOST_COMPONENTS) {
                    throw refused(
                            "%s has more than %s components".formatted(key, MOST_COMPONENTS),
                            "No vector has so many.",
                            null);
                }
                if (size == numbers.length) {
                    numbers = Arrays.copyOf(numbers, 2 * size);
                }
                // As Python reads it: a double first.
                numbers[size++] = (float) reader.nextDouble();
            }
            reader.endArray();
        } catch (IllegalStateException | NumberFormatException e) {
            throw refused("%s is no array of numbers".formatted(key), ended(e), e);
        }
        return Arrays.copyOf(numbers, size);
    }

    /**
     * Reads the JSON of a file, which its caller opened.
     *
     * @param content the file, which stays the caller's to close
     * @throws IOException if it cannot be read
     * @throws EmbarkException as {@link #ofJson}
     */
    public static EncodingRanges ofFile(InputStream content) throws IOException {
        byte[] bytes = content.readNBytes(MOST_BYTES + 1);
        if (bytes.length > MOST_BYTES) {
            throw new IOException("a file of more than %s bytes".formatted(MOST_BYTES));
        }
        return ofJson(bytes);
    }

    /**
     * The error of a file that cannot be read.
     *
     * @hidden For Embark's other rooms only.
     */
    public static EmbarkException unreadable(String path, Exception cause) {
        return refused("%s cannot be read".formatted(path), why(cause), cause);
    }

    /** The exception's name too, since the message alone is often no more than a path. */
    private static String why(Exception cause) {
        return cause instanceof NoSuchFileException || cause instanceof FileNotFoundException
                ? "There is no such file, or its permissions forbid it."
                : firstLine(cause.toString());
    }

    private static String ended(Exception e) {
        return "Reading it ended with: %s.".formatted(StrictJson.detail(e));
    }

    private static String firstLine(String message) {
        return String.valueOf(message).lines().findFirst().orElse("");
    }

    private static EmbarkException refused(String problem, String reason, Exception thrown) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option encoding-ranges: %s".formatted(problem),
                reason,
                "Set it to {\"min\": [...], \"max\": [...]} with a number for each component, or to a file of that.",
                thrown);
    }

    /** The path of the file that holds the ranges; empty where they are here. */
    public Optional<String> file() {
        return Optional.ofNullable(file);
    }

    /**
     * These ranges themselves: those of the file, on this host, where they name one.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if there is no such file or it holds something else
     */
    public EncodingRanges read() {
        if (file == null) {
            return this;
        }
        try (InputStream content = Files.newInputStream(Path.of(file))) {
            return ofFile(content);
        } catch (IOException | IllegalArgumentException e) {
            throw unreadable(file, e);
        }
    }

    /** How many components have a range. */
    public int dimension() {
        return requireRead(min).length;
    }

    /** Where the range of a component begins. */
    public float min(int component) {
        return requireRead(min)[component];
    }

    /** The 255th part of a component's range; 1 where the range is a single number. */
    public float step(int component) {
        float step = (requireRead(max)[component] - min[component]) / CODES;
        return step == 0 ? 1 : step;
    }

    private float[] requireRead(float[] ends) {
        if (file != null) {
            throw new IllegalStateException("the ranges in %s were not read".formatted(file));
        }
        return ends;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EncodingRanges that
                && Objects.equals(file, that.file)
                && Arrays.equals(min, that.min)
                && Arrays.equals(max, that.max);
    }

    @Override
    public int hashCode() {
        return Objects.hash(file, Arrays.hashCode(min), Arrays.hashCode(max));
    }

    /** What {@link #parse} reads, equal ranges as equal texts. */
    @Override
    public String toString() {
        return file != null ? file : "{\"min\": %s, \"max\": %s}".formatted(Arrays.toString(min), Arrays.toString(max));
    }
}
