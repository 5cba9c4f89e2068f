package io.embark.job.table;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The kinds of files that can be written; Spark's own formats, each knowing arrays of floats.
 *
 * @hidden Public for Embark's other rooms only.
 */
public enum SinkFormat {
    PARQUET,
    JSON,
    ORC;

    /** The names of all formats, as Spark and {@code --output-format} know them. */
    public static List<String> names() {
        return Arrays.stream(values()).map(SinkFormat::sparkName).toList();
    }

    public static SinkFormat named(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    public String sparkName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
