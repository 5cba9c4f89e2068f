/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The kinds of files that are read with defaults of their own.
 *
 * @hidden Public for Embark's other rooms only.
 */
@SuppressWarnings("ImmutableEnumChecker") // lists and maps that List.of and Map.of made
public enum SourceFormat {
    PARQUET(List.of("parquet"), Map.of()),
    /** Jackson gives up at 20 million characters of a string, and Spark then takes the line for no JSON. */
    JSON(List.of("json", "jsonl", "ndjson"), Map.of("maxStringLen", String.valueOf(Integer.MAX_VALUE)), true),
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
    private final boolean keepsBadLines;

    SourceFormat(List<String> extensions, Map<String, String> defaults) {
        this(extensions, defaults, false);
    }

    SourceFormat(List<String> extensions, Map<String, String> defaults, boolean keepsBadLines) {
        this.extensions = extensions;
        this.defaults = defaults;
        this.keepsBadLines = keepsBadLines;
    }

    /** The names of all formats, as Spark and {@code --format} know them. */
    public static List<String> names() {
        return Arrays.stream(values()).map(SourceFormat::sparkName).toList();
    }

    /** The format of this name, in letters of either case. */
    static Optional<SourceFormat> named(String name) {
        return Arrays.stream(values())
                .filter(format -> format.sparkName().equalsIgnoreCase(name))
                .findFirst();
    }

    /** Whether a name is that of a data source without defaults of its own, which may need no path. */
    public static boolean isOther(Optional<String> name) {
        return name.isPresent() && named(name.get()).isEmpty();
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

    /** Reader options that hold for a file of this name unless the caller sets others. */
    Map<String, String> defaults(String fileName) {
        if (this != CSV || !fileName.contains(".tsv")) {
            return defaults;
        }

        Map<String, String> tabs = new HashMap<>(defaults);
        tabs.put("sep", "\t");
        return tabs;
    }

    /** Whether its files are text, which may be in any encoding. */
    boolean isText() {
        return this == JSON || this == CSV || this == TEXT;
    }

    /** Whether lines that cannot be read become rows, with the line in a column of its own. */
    boolean keepsBadLines() {
        return keepsBadLines;
    }
}
