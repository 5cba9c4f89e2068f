/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.NearestName;
import io.embark.spark.version.Scala;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.sql.catalyst.DataSourceOptions;
import org.apache.spark.sql.catalyst.FileSourceOptions;
import org.apache.spark.sql.catalyst.csv.CSVOptions;
import org.apache.spark.sql.catalyst.json.JSONOptions;
import org.apache.spark.sql.execution.datasources.FileIndexOptions;
import org.apache.spark.sql.execution.datasources.orc.OrcOptions;
import org.apache.spark.sql.execution.datasources.parquet.ParquetOptions;
import org.apache.spark.sql.execution.datasources.text.TextOptions;

/**
 * The options of readers and writers, which ignore one that they do not know. Known are those of Spark's formats of files, of
 * JDBC with what the driver says of itself, and of libraries that list theirs in a class; of others nobody can tell.
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

    /** A constant that holds the name of an option. */
    private static final String CONSTANT = "[A-Z][A-Z0-9_]+";

    private FormatOptions() {}

    /**
     * Refuses options that a format does not have. Those with a dot are for Hadoop and the libraries of the format, which have
     * no list of theirs.
     *
     * @param option the option of ours that carries them
     * @param format the format's name, as Spark knows it; of one whose options nobody lists all are taken
     * @throws EmbarkException {@link ErrorCode#OPTION_UNKNOWN} for the first that does not exist, naming the nearest
     */
    public static void requireKnown(String option, String format, Map<String, String> given) {
        if (!given.isEmpty()) {
            known(format.toLowerCase(Locale.ROOT), given)
                    .ifPresentOrElse(
                            known -> requireAmong(known, option, format, given),
                            () -> requireNoSlip(jdbc(format), option, format, given));
        }
    }

    /**
     * Refuses options that tables of a catalog are not written with, as far as anybody can tell.
     *
     * @param option the option of ours that carries them
     * @param format the format of the tables; empty if nobody knows
     * @param own those that are read whatever the format
     * @throws EmbarkException {@link ErrorCode#OPTION_UNKNOWN} for the first that does not exist, naming the nearest
     */
    public static void requireKnownOfTables(
            String option, Optional<String> format, Collection<String> own, Map<String, String> given) {
        Collection<String> listed = format.flatMap(KnownFormats::writerOptionsOf)
                .map(FormatOptions::listed)
                .orElseGet(List::of);
        Collection<String> known = new TreeSet<>(own);
        known.addAll(listed);
        if (listed.isEmpty()) {
            known.addAll(format.map(FormatOptions::jdbc).orElseGet(List::of));
            requireNoSlip(known, option, format.orElse("tables of any format"), given);
        } else {
            requireAmong(known, option, format.orElseThrow(), given);
        }
    }

    /** A driver may take a name that Spark does not know, but hardly one that is nearly one of Spark's. */
    private static void requireNoSlip(
            Collection<String> known, String option, String format, Map<String, String> given) {
        for (String name : new TreeSet<>(given.keySet())) {
            boolean isKnown = known.stream().anyMatch(name::equalsIgnoreCase);
            if (!isKnown
                    && NearestName.find(name, known, (name.length() + 1) / 4).isPresent()) {
                throw TableErrors.noOptionOfTheFormat(option, format, name, known);
            }
        }
    }

    private static Collection<String> jdbc(String format) {
        return format.equalsIgnoreCase("jdbc") ? ofJdbc() : List.of();
    }

    private static Collection<String> ofJdbc() {
        return listed("org.apache.spark.sql.execution.datasources.jdbc.JDBCOptions$");
    }

    private static void requireAmong(
            Collection<String> known, String option, String format, Map<String, String> given) {
        for (String name : new TreeSet<>(given.keySet())) {
            if (!name.contains(".") && known.stream().noneMatch(name::equalsIgnoreCase)) {
                throw TableErrors.noOptionOfTheFormat(option, format, name, known);
            }
        }
    }

    private static Optional<Collection<String>> known(String format, Map<String, String> given) {
        return switch (format) {
            case "parquet" -> ofFiles(Scala.list(ParquetOptions.getAllOptions().toSeq()));
            case "json" ->
                ofFiles(Stream.concat(Scala.list(JSONOptions.getAllOptions().toSeq()).stream(), OF_JSON.stream())
                        .toList());
            case "csv" -> ofFiles(Scala.list(CSVOptions.getAllOptions().toSeq()));
            case "text" -> ofFiles(Scala.list(TextOptions.getAllOptions().toSeq()));
            case "orc" -> ofFiles(Scala.list(OrcOptions.getAllOptions().toSeq()));
            case "jdbc" ->
                JdbcDriver.properties(given).map(properties -> {
                    Collection<String> known = ofJdbc();
                    known.addAll(properties);
                    return known;
                });
            default -> KnownFormats.optionsOf(format).map(FormatOptions::listed).filter(known -> !known.isEmpty());
        };
    }

    private static Optional<Collection<String>> ofFiles(Collection<String> own) {
        Collection<String> known = new TreeSet<>(OF_ALL_FORMATS);
        known.addAll(Scala.list(FileIndexOptions.getAllOptions().toSeq()));
        known.addAll(own);
        return Optional.of(known);
    }

    /** The names that a class lists: as Spark's lists do, in an object of Scala's, or as constants; none if it is not there. */
    private static Collection<String> listed(String name) {
        Collection<String> known = new TreeSet<>();
        try {
            Class<?> type = Class.forName(name, true, Thread.currentThread().getContextClassLoader());
            Object object = name.endsWith("$") ? type.getField("MODULE$").get(null) : null;
            if (object instanceof DataSourceOptions options) {
                return ofFiles(Scala.list(options.getAllOptions().toSeq())).orElseThrow();
            }
            for (Method method : type.getMethods()) {
                if (object != null && isConstant(method)) {
                    known.add((String) method.invoke(object));
                }
            }
            for (var field : type.getFields()) {
                if (Modifier.isStatic(field.getModifiers()) && field.getType() == String.class) {
                    known.add((String) field.get(null));
                }
            }
            // Values of options, which stand beside their names.
            known.removeIf(text -> text.matches(CONSTANT));
            if (!known.isEmpty()) {
                known.add("path");
            }
        } catch (ReflectiveOperationException | LinkageError e) {
            // Another version of the library: nobody can tell its options.
            known.clear();
        }
        return known;
    }

    private static boolean isConstant(Method method) {
        return method.getParameterCount() == 0
                && method.getReturnType() == String.class
                && method.getName().matches(CONSTANT);
    }
}
