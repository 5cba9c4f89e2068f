/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import io.embark.BlankText;
import io.embark.EmbedOptions;
import io.embark.encode.Count;
import io.embark.encode.EmbedCounts;
import io.embark.job.print.TextTable;
import io.embark.job.settings.Settings;
import io.embark.job.sink.Capability;
import io.embark.job.sink.Sink;
import io.embark.job.table.Columns;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

/**
 * The rows whose text could not be embedded, under {@code --on-error null}: those that have a text and no vector. They are
 * read from the output, and only where an id column names rows; not where rows of other runs would be among them.
 *
 * @param idColumn the column that names a row; empty if rows are not named
 * @param ids the first of the ids
 * @hidden Public for Embark's other rooms only.
 */
public record FailedRows(Optional<String> idColumn, List<String> ids) {
    private static final int MOST = 1_000;
    private static final int MOST_PRINTED = 10;

    public static FailedRows find(
            Settings settings, Sink sink, StructType schema, Map<String, String> columns, EmbedCounts counts) {
        List<String> names = IdColumns.names(settings);
        if (counts.get(Count.FAILED) == 0
                || names.isEmpty()
                || !sink.holdsThisRunAlone()
                || !sink.can(Capability.READS_BACK)) {
            return new FailedRows(Optional.empty(), List.of());
        }

        boolean blankIsNull = settings.embedOptions().get(EmbedOptions.BLANK) == BlankText.NULL;
        Column failed = functions.lit(false);
        for (Map.Entry<String, String> column : columns.entrySet()) {
            Column text = Columns.named(column.getKey());
            Column hasText = blankIsNull ? text.rlike("\\S") : text.isNotNull();
            failed = failed.or(hasText.and(Columns.named(column.getValue()).isNull()));
        }
        List<String> ids =
                sink.read(schema).where(failed).select(IdColumns.text(names)).limit(MOST).collectAsList().stream()
                        .map(row -> String.valueOf(row.getString(0)))
                        .toList();
        return new FailedRows(Optional.of(String.join(",", names)), ids);
    }

    /** The content of {@code failed.json}; empty if no row is to be named. */
    public Optional<String> toJson() {
        return idColumn.map(name -> {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("version", 1);
            all.put("idColumn", name);
            all.put("ids", ids);
            return Report.json(all) + "\n";
        });
    }

    /** Names the first of them for people; prints nothing if there are none. */
    public void print(PrintStream out) {
        if (!ids.isEmpty()) {
            List<String> shown = ids.subList(0, Math.min(MOST_PRINTED, ids.size()));
            out.println("Failed rows: %s %s%s"
                    .formatted(
                            idColumn.orElseThrow(),
                            TextTable.clean(String.join(", ", shown)),
                            ids.size() > MOST_PRINTED ? ", ..." : ""));
        }
    }
}
