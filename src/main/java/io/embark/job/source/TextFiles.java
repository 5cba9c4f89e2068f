/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import io.embark.EmbarkException;
import io.embark.base.Shown;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Looks at files of text before they are read: Spark reads those in another encoding, layout or separator without a word. */
final class TextFiles {
    private static final List<String> SEPARATORS = List.of(";", "\t", "|", ",");

    private final SourceFormat format;
    private final String input;
    private final Map<String, String> options = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    /**
     * @param input what is read, as people say it: "input /a"
     * @param options the options of the reader, by name
     */
    TextFiles(SourceFormat format, String input, Map<String, String> options) {
        this.format = format;
        this.input = input;
        this.options.putAll(options);
    }

    /**
     * What people should know about these files.
     *
     * @throws EmbarkException if rows of them would be lost, or all of them be garbage
     */
    List<String> check(Dataset<Row> rows, Configuration conf) {
        List<String> notes = new ArrayList<>();
        List<Path> files = Arrays.stream(rows.inputFiles())
                .map(file -> new Path(URI.create(file)))
                .toList();
        boolean readAsUtf8 = readAsUtf8();
        for (FileHead head : FileHead.some(files, conf)) {
            if (readAsUtf8) {
                TextEncoding.wide(head).ifPresent(encoding -> {
                    throw InputErrors.isInAnotherEncoding(format, input, head.file(), encoding);
                });
                if (notes.isEmpty() && TextEncoding.isBroken(head)) {
                    notes.add(notUtf8(head.file()));
                }
            }
            if (format == SourceFormat.JSON && TextEncoding.wide(head).isEmpty()) {
                requireLayout(new JsonLayout(head), head.file());
            }
            if (readAsUtf8 && format == SourceFormat.CSV && is("multiLine")) {
                requireClosedQuotes(head);
            }
        }
        if (format == SourceFormat.CSV && is("header")) {
            addSeparator(notes, rows.columns());
        }
        return notes;
    }

    private boolean readAsUtf8() {
        if (format == SourceFormat.TEXT) {
            // Its reader takes the option and does not heed it.
            return true;
        }
        String encoding = options.getOrDefault("encoding", options.get("charset"));
        // With multiLine, the reader of JSON finds the encoding by itself.
        return encoding == null ? format != SourceFormat.JSON || !is("multiLine") : encoding.equalsIgnoreCase("UTF-8");
    }

    private boolean is(String option) {
        return Boolean.parseBoolean(options.get(option));
    }

    private String notUtf8(Path file) {
        String remedy =
                switch (format) {
                    case CSV -> "if it is in another encoding, name it, such as --source-option encoding=windows-1252";
                    case JSON ->
                        "if it is in another encoding, name it, such as --source-option encoding=windows-1252"
                                + " --source-option lineSep=$'\\n'";
                    default ->
                        "if it is in another encoding, write it again in UTF-8, such as with iconv -f windows-1252 -t UTF-8";
                };
        return "some bytes of %s are not UTF-8, and each becomes U+FFFD; %s"
                .formatted(Shown.line(file.getName()), remedy);
    }

    private void requireLayout(JsonLayout layout, Path file) {
        if (!is("multiLine") && layout.isArrayOverLines()) {
            throw InputErrors.isAnArrayOverLines(input, file);
        }
        if (is("multiLine") && layout.goesOn()) {
            throw InputErrors.holdsMoreThanOneValue(input, file);
        }
    }

    private void requireClosedQuotes(FileHead head) {
        boolean asSpreadsheetsDo = separator().length() == 1
                && options.getOrDefault("quote", "\"").equals("\"")
                && options.getOrDefault("escape", "").equals("\"");
        if (asSpreadsheetsDo) {
            CsvQuotes.unclosed(head, separator().charAt(0)).ifPresent(line -> {
                throw InputErrors.hasAnUnclosedQuote(input, head.file(), line);
            });
        }
    }

    private String separator() {
        return options.getOrDefault("sep", options.getOrDefault("delimiter", ","));
    }

    private void addSeparator(List<String> notes, String[] columns) {
        String sep = separator();
        if (columns.length != 1) {
            return;
        }
        SEPARATORS.stream()
                .filter(other -> !other.equals(sep) && columns[0].contains(other))
                .findFirst()
                .ifPresent(other ->
                        notes.add("the header shows one column, '%s'; if %s parts its cells, add --source-option %s"
                                .formatted(
                                        Shown.value(columns[0]),
                                        other.equals("\t") ? "the tabulator" : "'%s'".formatted(other),
                                        other.equals("\t") ? "sep=$'\\t'" : "'sep=%s'".formatted(other))));
    }
}
