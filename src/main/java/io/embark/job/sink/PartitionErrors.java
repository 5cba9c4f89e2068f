/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import java.util.List;
import org.apache.spark.sql.types.StructField;

/**
 * What is refused of partitions, one method for each mistake.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class PartitionErrors {
    private static final String NAME_OTHERS = "Name columns of few values, such as a date or a language.";

    private PartitionErrors() {}

    static EmbarkException isNotPlain(StructField field) {
        return new EmbarkException(
                ErrorCode.COLUMN_INVALID,
                "column '%s': cannot tell partitions apart".formatted(field.name()),
                "It is %s.".formatted(field.dataType().simpleString()),
                NAME_OTHERS);
    }

    static EmbarkException leavesNoColumn(List<String> columns) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option partition-by: names all columns",
                "With %s in the names of folders, files would have no column.".formatted(String.join(", ", columns)),
                NAME_OTHERS);
    }

    /** Spark's readers pass over folders of such names. */
    static EmbarkException isHidden(String column) {
        return new EmbarkException(
                ErrorCode.COLUMN_INVALID,
                "column '%s': cannot be in the names of folders".formatted(column),
                "Readers pass over names that begin with a dot.",
                "Give it another name with --sql.");
    }

    /** For an output that cannot be replaced in parts, where the writer or the session is told to. */
    public static EmbarkException areReplacedTogether(String output) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "%s: cannot be replaced partition by partition".formatted(output),
                "%s is dynamic, by --sink-option or by the session's spark.sql.sources.%1$s; files are replaced all together."
                        .formatted(Partitions.OVERWRITE_MODE),
                "Write a table of Delta or Iceberg, which can; or replace all of it: --sink-option %s=static."
                        .formatted(Partitions.OVERWRITE_MODE));
    }

    /** For an output that is appended to: by which columns it is partitioned, and by which its new rows would be. */
    static EmbarkException others(String output, List<String> there, List<String> asked) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "%s: has other partitions".formatted(output),
                "It is partitioned %s; appended would be by %s."
                        .formatted(
                                there.isEmpty() ? "by no column" : "by " + String.join(", ", there),
                                String.join(", ", asked)),
                "Leave --partition-by out, or write to another output.");
    }

    /** For a table of files that a run would make. */
    public static EmbarkException areMadeBefore(String output, String format, List<String> asked) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option partition-by: is not taken for %s".formatted(output),
                "A run makes tables of files in the session's catalog without partitions.",
                "Create it with CREATE TABLE ... USING %s PARTITIONED BY (%s) and add --mode append, or write a folder with --output."
                        .formatted(format, String.join(", ", asked)));
    }
}
