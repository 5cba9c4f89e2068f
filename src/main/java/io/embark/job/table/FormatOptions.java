/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.spark.version.Scala;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.spark.sql.catalyst.FileSourceOptions;
import org.apache.spark.sql.catalyst.csv.CSVOptions;
import org.apache.spark.sql.catalyst.json.JSONOptions;
import org.apache.spark.sql.execution.datasources.FileIndexOptions;
import org.apache.spark.sql.execution.datasources.orc.OrcOptions;
import org.apache.spark.sql.execution.datasources.parquet.ParquetOptions;
import org.apache.spark.sql.execution.datasources.text.TextOptions;

/**
 * The options of Spark's readers and writers of files, which ignore one that they do not know.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class FormatOptions {
    /** Those that Spark looks up beside the lists of its formats. */
    private static final List<String> OF_ALL_FORMATS = List.of(
            FileSourceOptions.IGNORE_CORRUPT_FILES(),
            FileSourceOptions.IGNORE_MISSING_FILES(),
            "path",
            "maxRecordsPerFile",
            "partitionOverwriteMode");

    private static final List<String> OF_JSON = List.of("maxNestingDepth", "maxNumLen", "maxStringLen");

    private FormatOptions() {}

    /**
     * Refuses options that a format does not have. Those with a dot are for Hadoop and the libraries of the format, which have
     * no list of theirs.
     *
     * @param option the option of ours that carries them
     * @param format the format's name, as Spark knows it
     * @throws EmbarkException {@link ErrorCode#OPTION_UNKNOWN} for the first that does not exist, naming the nearest
     */
    public static void requireKnown(String option, String format, Map<String, String> given) {
        Collection<String> known = known(format);
        for (String name : new TreeSet<>(given.keySet())) {
            if (!name.contains(".") && known.stream().noneMatch(name::equalsIgnoreCase)) {
                throw TableErrors.noOptionOfTheFormat(option, format, name, known);
            }
        }
    }

    private static Collection<String> known(String format) {
        TreeSet<String> known = new TreeSet<>(OF_ALL_FORMATS);
        known.addAll(Scala.list(FileIndexOptions.getAllOptions().toSeq()));
        known.addAll(
                switch (format) {
                    case "parquet" -> Scala.list(ParquetOptions.getAllOptions().toSeq());
                    case "json" -> Scala.list(JSONOptions.getAllOptions().toSeq());
                    case "csv" -> Scala.list(CSVOptions.getAllOptions().toSeq());
                    case "text" -> Scala.list(TextOptions.getAllOptions().toSeq());
                    case "orc" -> Scala.list(OrcOptions.getAllOptions().toSeq());
                    default -> throw new IllegalArgumentException("no such format: " + format);
                });
        if (format.equals("json")) {
            known.addAll(OF_JSON);
        }
        return known;
    }
}
