package io.embark.job;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The kinds of files that can be written; Spark's own formats, each knowing arrays of floats. */
enum SinkFormat {
    PARQUET,
    JSON,
    ORC;

    /** The names of all formats, as Spark and {@code --output-format} know them. */
    static List<String> names() {
        return Arrays.stream(values()).map(SinkFormat::sparkName).toList();
    }

    static SinkFormat named(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    String sparkName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
