package io.embark.encode;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;

/**
 * The least and the greatest value that is expected of each component of a vector, by which int8 and uint8 measure it; what
 * lies outside gets the code of the nearer end. Written as {@code {"min": [...], "max": [...]}}. Immutable and thread-safe.
 */
public final class EncodingRanges {
    private static final String KEY = EmbedOptions.ENCODING_RANGES.key();
    private static final String MIN = "min";
    private static final String MAX = "max";
    private static final float CODES = 255;

    private final float[] min;
    private final float[] max;

    private EncodingRanges(float[] min, float[] max) {
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
                    "min has %d components and max %d".formatted(min.length, max.length),
                    "Each component has one range.",
                    null);
        }
        for (int i = 0; i < min.length; i++) {
            // Written so that a NaN is refused too.
            if (!(min[i] <= max[i]) || !Float.isFinite(min[i]) || !Float.isFinite(max[i])) {
                throw refused(
                        "component %d has the range %s to %s".formatted(i, min[i], max[i]),
                        "A range goes from a finite number to one that is not smaller.",
                        null);
            }
        }
        return new EncodingRanges(min.clone(), max.clone());
    }

    /** Whether a value of {@link EmbedOptions#ENCODING_RANGES} is JSON, and not the path of a file. */
    public static boolean isJson(String value) {
        return value.stripLeading().startsWith("{");
    }

    /**
     * Reads a value of {@link EmbedOptions#ENCODING_RANGES}, JSON or the path of a file here.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if there is no such file or it holds something else
     */
    public static EncodingRanges read(String value) {
        if (isJson(value)) {
            return parse(value);
        }
        try {
            return parse(Files.readString(Path.of(value)));
        } catch (IOException | IllegalArgumentException e) {
            throw unreadable(value, e);
        }
    }

    /**
     * Reads JSON.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if it is something else than two arrays of numbers, {@code min}
     *     and {@code max}, or as {@link #of}
     */
    public static EncodingRanges parse(String json) {
        JsonObject ranges;
        try {
            ranges = JsonParser.parseString(json).getAsJsonObject();
        } catch (JsonParseException | IllegalStateException e) {
            throw refused(
                    "is not JSON",
                    String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    e);
        }
        if (!ranges.keySet().equals(Set.of(MIN, MAX))) {
            throw refused("has the keys %s".formatted(ranges.keySet()), "It has min and max, and nothing else.", null);
        }
        return of(numbers(ranges, MIN), numbers(ranges, MAX));
    }

    /** The error of a file that cannot be read. */
    public static EmbarkException unreadable(String path, Exception cause) {
        return refused(
                "%s cannot be read".formatted(path),
                cause.toString().lines().findFirst().orElse(""),
                cause);
    }

    private static float[] numbers(JsonObject ranges, String key) {
        try {
            JsonArray array = ranges.getAsJsonArray(key);
            float[] numbers = new float[array.size()];
            for (int i = 0; i < numbers.length; i++) {
                JsonElement number = array.get(i);
                // As Python reads it: a double first.
                numbers[i] = (float) number.getAsDouble();
            }
            return numbers;
        } catch (ClassCastException | IllegalStateException | UnsupportedOperationException | NumberFormatException e) {
            throw refused("%s is no array of numbers".formatted(key), String.valueOf(e.getMessage()), e);
        }
    }

    private static EmbarkException refused(String problem, String cause, Exception thrown) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option %s: %s".formatted(KEY, problem),
                cause,
                "Set it to {\"min\": [...], \"max\": [...]} with a number for each component, or to a file of that.",
                thrown);
    }

    /** How many components have a range. */
    public int dimension() {
        return min.length;
    }

    /** Where the range of a component begins. */
    public float min(int component) {
        return min[component];
    }

    /** The 255th part of a component's range; 1 where the range is a single number. */
    public float step(int component) {
        float step = (max[component] - min[component]) / CODES;
        return step == 0 ? 1 : step;
    }

    /** The ranges as {@link #parse} reads them, equal ones as equal texts. */
    public String toJson() {
        return "{\"min\": %s, \"max\": %s}".formatted(Arrays.toString(min), Arrays.toString(max));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EncodingRanges that && Arrays.equals(min, that.min) && Arrays.equals(max, that.max);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(min) + Arrays.hashCode(max);
    }

    @Override
    public String toString() {
        return "ranges of %d components".formatted(dimension());
    }
}
