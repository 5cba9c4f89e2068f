/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import io.embark.BlankText;
import io.embark.EmbedOptions;
import io.embark.job.print.TextTable;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.Settings;
import io.embark.job.table.Columns;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * The rows whose text could not be embedded, under {@code --on-error null}: those that have a text and no vector.
 *
 * @param idColumn the columns that name a row; empty if rows are not named
 * @param rows the first of them
 * @hidden Public for Embark's other rooms only.
 */
public record FailedRows(Optional<String> idColumn, List<FailedRow> rows) {
    /**
     * One of them.
     *
     * @param id what names it; empty if nothing does
     * @param reason why it has no vector
     * @param text the start of its text, if that is to be shown
     */
    public record FailedRow(String id, String reason, Optional<String> text) {
        String shown() {
            String shown = "%s: %s".formatted(id, reason);
            return text.map(start -> "%s: \"%s\"".formatted(shown, start)).orElse(shown);
        }
    }

    private static final int MOST = 1_000;
    private static final int MOST_PRINTED = 10;
    private static final int MOST_IN_AN_ERROR = 3;

    /** How much of a text is shown. */
    private static final int SHOWN_CHARS = 80;

    private static final String UNKNOWN = "not known";

    /** No rows. */
    public static final FailedRows NONE = new FailedRows(Optional.empty(), List.of());

    /**
     * Finds them among rows of a run. Where no column has the reasons, their texts are embedded once more.
     *
     * @param columns those that the run added
     * @param options how texts were embedded
     * @param rows rows with these columns
     */
    public static FailedRows find(Settings settings, VectorColumns columns, EmbedOptions options, Dataset<Row> rows) {
        boolean blankIsNull = options.get(EmbedOptions.BLANK) == BlankText.NULL;
        Column failed = functions.lit(false);
        List<Column> starts = new ArrayList<>();
        for (Map.Entry<String, String> column : columns.byText().entrySet()) {
            Column text = Columns.named(column.getKey());
            Column hasText = blankIsNull ? text.rlike("\\P{javaWhitespace}") : text.isNotNull();
            Column isWithout = hasText.and(Columns.named(column.getValue()).isNull());
            failed = failed.or(isWithout);
            starts.add(functions.when(isWithout, functions.substring(text, 1, SHOWN_CHARS)));
        }
        List<String> names = IdColumns.names(settings);
        Column start = settings.isOn(JobSettings.SHOW_TEXT)
                ? functions.coalesce(starts.toArray(Column[]::new))
                : functions.lit(null).cast("string");
        List<FailedRow> found = rows
                .where(failed)
                .select(
                        (names.isEmpty() ? functions.lit("") : IdColumns.text(names)).as("id"),
                        columns.reasons()
                                .map(Columns::named)
                                .orElseGet(() -> columns.reason(options))
                                .as("reason"),
                        start.as("text"))
                .limit(MOST)
                .collectAsList()
                .stream()
                .map(row -> new FailedRow(
                        String.valueOf(row.getString(0)),
                        Optional.ofNullable(row.getString(1)).orElse(UNKNOWN),
                        Optional.ofNullable(row.getString(2))))
                .toList();
        return new FailedRows(names.isEmpty() ? Optional.empty() : Optional.of(String.join(",", names)), found);
    }

    /** These and others of the same run, each once and not more than are named of one. */
    public FailedRows plus(FailedRows others) {
        List<FailedRow> all = Stream.concat(rows.stream(), others.rows.stream())
                .distinct()
                .limit(MOST)
                .toList();
        return new FailedRows(others.idColumn.or(() -> idColumn), all);
    }

    /** The content of {@code failed.json}; empty if no row is to be named. */
    public Optional<String> toJson() {
        return idColumn.map(name -> {
            List<Map<String, Object>> listed = new ArrayList<>();
            for (FailedRow row : rows) {
                Map<String, Object> each = new LinkedHashMap<>();
                each.put("id", row.id());
                each.put("reason", row.reason());
                row.text().ifPresent(text -> each.put("text", text));
                listed.add(each);
            }
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("version", 2);
            all.put("idColumn", name);
            all.put("rows", listed);
            return Report.json(all) + "\n";
        });
    }

    /** Names the first of them for people; prints nothing if there are none. */
    public void print(PrintStream out) {
        if (idColumn.isEmpty() || rows.isEmpty()) {
            return;
        }
        out.println("Failed rows, by %s:".formatted(TextTable.clean(idColumn.get())));
        rows.stream().limit(MOST_PRINTED).forEach(row -> out.println("  " + TextTable.clean(row.shown())));
        if (rows.size() > MOST_PRINTED) {
            out.println("  ...");
        }
    }

    /** Names the first of them in a sentence; blank if there are none. */
    String inAnError() {
        if (rows.isEmpty()) {
            return "";
        }
        if (idColumn.isEmpty()) {
            return "Of the first: %s. --%s names the rows."
                    .formatted(
                            rows.stream()
                                    .map(row -> TextTable.clean(row.reason()))
                                    .distinct()
                                    .limit(MOST_IN_AN_ERROR)
                                    .collect(Collectors.joining("; ")),
                            JobSettings.ID_COLUMN.key());
        }
        return "The first: %s%s."
                .formatted(
                        rows.stream()
                                .limit(MOST_IN_AN_ERROR)
                                .map(row -> TextTable.clean("%s %s".formatted(idColumn.get(), row.shown())))
                                .collect(Collectors.joining("; ")),
                        rows.size() > MOST_IN_AN_ERROR ? "; and others" : "");
    }
}
