/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import io.embark.job.guard.ForeignTables;
import io.embark.job.guard.FoundTable;
import io.embark.job.table.DataSourceClass;
import io.embark.job.table.FormatOptions;
import io.embark.job.table.LiteralPath;
import io.embark.job.table.SparkCall;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Reads what lies at a path: files of the formats that are read with defaults of their own, and tables of other makers. */
record FilesReader(SparkSession spark, String noun, SourceRequest request) {
    /** Files of a format that Spark reads by a jar of its own. */
    private static final String AVRO = ".avro";

    private static final String CORRUPT = "_corrupt_record";

    /** @param path a file, a folder or a glob; where another format is asked for, whatever that takes for one */
    ReadRows read(String path) {
        String input = "%s %s".formatted(noun, path);
        Optional<SourceFormat> chosen = request.format().flatMap(SourceFormat::named);
        if (request.format().isPresent() && chosen.isEmpty()) {
            return new FormatReader(spark, input, request).read(request.format().get(), Optional.of(path));
        }

        String pattern = SparkCall.translate(
                () -> LiteralPath.escapedIfThere(path, conf()), e -> InputErrors.cannotBeReached(input, e));
        Optional<FoundTable> foreign = chosen.isPresent() ? Optional.empty() : foreignTable(pattern, input);
        return foreign.isPresent() ? foreign(foreign.get(), input) : files(pattern, chosen, input);
    }

    /** The table of another maker that the path is. */
    private Optional<FoundTable> foreignTable(String pattern, String input) {
        return SparkCall.translate(
                () -> {
                    Path path = new Path(pattern);
                    FileStatus[] found = path.getFileSystem(conf()).globStatus(path);
                    return found != null && found.length == 1
                            ? ForeignTables.read(List.of(path), conf()).filter(FoundTable::isReadable)
                            : Optional.<FoundTable>empty();
                },
                e -> InputErrors.cannotBeReached(input, e));
    }

    private ReadRows foreign(FoundTable table, String input) {
        String format = table.format().orElseThrow();
        if (DataSourceClass.find(spark, format).isEmpty()) {
            throw InputErrors.isForeignTable(input, table);
        }

        ReadRows read = new FormatReader(spark, input, request)
                .read(format, Optional.of(table.table().toString()));
        List<String> notes = new ArrayList<>(read.notes());
        notes.add("%s is %s and is read as one".formatted(input, table.words()));
        return new ReadRows(read.rows(), read.cheap(), notes);
    }

    private ReadRows files(String pattern, Optional<SourceFormat> chosen, String input) {
        FileStatus first = firstFile(pattern, input);
        String name = first.getPath().getName();
        if (chosen.isEmpty() && name.endsWith(AVRO)) {
            return new FormatReader(spark, input, request).read(AVRO.substring(1), Optional.of(pattern));
        }
        SourceFormat format = chosen.or(() -> SourceFormat.ofFile(name)).orElse(SourceFormat.PARQUET);
        Map<String, String> options = new LinkedHashMap<>(format.defaults(name));
        Map<String, String> given = request.options();
        FormatOptions.requireKnown("source-option", format.sparkName(), given);
        // Spark's reader takes its options in letters of either case.
        options.keySet().removeIf(key -> given.keySet().stream().anyMatch(key::equalsIgnoreCase));
        options.putAll(given);

        DataFrameReader reader = spark.read().format(format.sparkName()).options(options);
        Dataset<Row> rows = SparkCall.translate(
                () -> reader.load(pattern), e -> InputErrors.cannotBeReadAs(format.sparkName(), input, e));
        if (rows.columns().length == 0) {
            throw InputErrors.isEmpty(input);
        }

        List<String> notes = new ArrayList<>();
        if (format.isText()) {
            notes.addAll(new TextFiles(format, input, options).check(rows, conf()));
        }
        List<String> columns = List.of(rows.columns());
        if (format.keepsBadLines() && columns.equals(List.of(CORRUPT))) {
            throw InputErrors.noLineIsJson(input);
        }

        if (format.keepsBadLines() && columns.contains(CORRUPT)) {
            notes.add("some lines are not JSON; they are kept in column %s, with null elsewhere".formatted(CORRUPT));
        }
        return new ReadRows(rows, true, notes);
    }

    /** The first file that is not hidden, whose name tells what the files are. */
    private FileStatus firstFile(String pattern, String input) {
        return SparkCall.translate(
                () -> firstFile(new Path(pattern), input), e -> InputErrors.cannotBeReached(input, e));
    }

    private FileStatus firstFile(Path path, String input) throws IOException {
        ForeignTables.requireNoneRead(input, List.of(path), conf());
        FileSystem files = path.getFileSystem(conf());
        FileStatus[] found = files.globStatus(path);
        if (found == null || found.length == 0) {
            throw InputErrors.doesNotExist(input, files.getWorkingDirectory());
        }

        return firstFile(files, found).orElseThrow(() -> InputErrors.holdsNoFiles(input));
    }

    private static Optional<FileStatus> firstFile(FileSystem files, FileStatus[] candidates) throws IOException {
        for (FileStatus candidate : candidates) {
            String name = candidate.getPath().getName();
            boolean hidden = name.startsWith(".") || (name.startsWith("_") && !name.contains("="));
            if (hidden) {
                continue;
            }

            Optional<FileStatus> found = candidate.isDirectory()
                    ? firstFile(files, files.listStatus(candidate.getPath()))
                    : Optional.of(candidate);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private Configuration conf() {
        return spark.sessionState().newHadoopConf();
    }
}
