package io.embark.job.table;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The kinds of files that can be read.
 *
 * @hidden Public for Embark's other rooms only.
 */
@SuppressWarnings("ImmutableEnumChecker") // lists and maps that List.of and Map.of made
public enum SourceFormat {
    PARQUET(List.of("parquet"), Map.of()),
    JSON(List.of("json", "jsonl", "ndjson"), Map.of()),
    /**
     * Quoted cells may hold line breaks, and quotes written twice, as spreadsheets and Python write them. Records of another
     * length than the header are refused, since surplus cells would be lost; without pruning, counting finds them already.
     */
    CSV(
            List.of("csv", "tsv"),
            Map.of(
                    "header", "true",
                    "multiLine", "true",
                    "escape", "\"",
                    "mode", "FAILFAST",
                    "columnPruning", "false")),
    TEXT(List.of("txt", "text"), Map.of()),
    ORC(List.of("orc"), Map.of());

    private static final List<String> COMPRESSIONS = List.of(".gz", ".bz2", ".zst", ".lz4", ".snappy", ".deflate");

    private final List<String> extensions;
    private final Map<String, String> defaults;

    SourceFormat(List<String> extensions, Map<String, String> defaults) {
        this.extensions = extensions;
        this.defaults = defaults;
    }

    /** The names of all formats, as Spark and {@code --format} know them. */
    public static List<String> names() {
        return Arrays.stream(values()).map(SourceFormat::sparkName).toList();
    }

    public static SourceFormat named(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** The format that a file's name tells, the extension of a compression left aside. */
    static Optional<SourceFormat> ofFile(String fileName) {
        String bare = fileName.toLowerCase(Locale.ROOT);
        for (String compression : COMPRESSIONS) {
            if (bare.endsWith(compression)) {
                bare = bare.substring(0, bare.length() - compression.length());
            }
        }

        String extension = bare.substring(bare.lastIndexOf('.') + 1);
        return Arrays.stream(values())
                .filter(format -> format.extensions.contains(extension))
                .findFirst();
    }

    String sparkName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reader options that hold unless the caller sets others. */
    Map<String, String> defaults() {
        return defaults;
    }
}
