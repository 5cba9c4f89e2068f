/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.job.embed.Report;
import io.embark.job.embed.RequestedTables;
import io.embark.job.print.Console;
import io.embark.job.print.Figures;
import io.embark.job.print.TextTable;
import io.embark.job.session.JobSession;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.Settings;
import io.embark.job.source.RefreshRecord;
import io.embark.job.source.Source;
import io.embark.job.table.Columns;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * {@code embark status}: counts the rows of an output that refreshes keep, by what their vectors are of. Reads what stands beside
 * the vectors, and changes nothing.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class StatusCommand {
    private static final List<String> HEADER =
            List.of("fingerprint", "rows", "with a vector", "without text", "failed", "left the source");

    private final Settings settings;
    private final Console console;

    /** Of these settings. */
    public StatusCommand(Settings settings, Console console) {
        this.settings = settings;
        this.console = console;
    }

    /** Rows whose vectors are of one model and of the same options; null of none that a refresh knows. */
    private record Part(String fingerprint, long rows, long embedded, long withoutText, long failed, long flagged) {
        List<String> cells() {
            return List.of(
                    fingerprint == null ? "none" : fingerprint,
                    Figures.count(rows),
                    Figures.count(embedded),
                    Figures.count(withoutText),
                    Figures.count(failed),
                    Figures.count(flagged));
        }

        Map<String, Object> toJson() {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("fingerprint", fingerprint);
            all.put("rows", rows);
            all.put("embedded", embedded);
            all.put("withoutText", withoutText);
            all.put("failed", failed);
            all.put("flagged", flagged);
            return all;
        }
    }

    /** Runs it. */
    public void run() {
        if (!settings.isChosen(JobSettings.FORMAT)) {
            settings.require(JobSettings.SEARCH_TABLE);
        }
        try (JobSession session = JobSession.open(settings.session())) {
            Source source = RequestedTables.searched(session.spark(), settings);
            Map<String, List<Part>> parts = new LinkedHashMap<>();
            for (String vector : vectors(source)) {
                parts.put(vector, parts(source.rows(), vector));
            }
            if (settings.isOn(JobSettings.JSON)) {
                console.out().println(Report.json(json(source, parts)));
            } else {
                print(source, parts);
            }
        }
    }

    /** The columns of vectors that have a refresh's record beside them. */
    private List<String> vectors(Source source) {
        StructType schema = source.rows().schema();
        Set<String> names = Columns.byName(schema).keySet();
        List<String> vectors = Arrays.stream(schema.fieldNames())
                .filter(name -> RefreshRecord.standsBeside(name, names))
                .filter(name -> settings.find(JobSettings.SEARCH_COLUMN)
                        .map(name::equalsIgnoreCase)
                        .orElse(true))
                .toList();
        if (vectors.isEmpty()) {
            String vector = settings.find(JobSettings.SEARCH_COLUMN).orElse(Columns.EMBEDDING);
            throw RefreshErrors.hasNoState(
                    "table " + source.name(),
                    List.of(StateColumns.textHash(vector), StateColumns.fingerprint(vector)),
                    true);
        }
        return vectors;
    }

    private static List<Part> parts(Dataset<Row> rows, String vector) {
        Column isEmbedded = Columns.named(vector).isNotNull();
        Column hasHash = Columns.named(StateColumns.textHash(vector)).isNotNull();
        String deletedAt = RefreshRecord.DELETED_AT.beside(vector);
        boolean flags = Arrays.stream(rows.columns()).anyMatch(deletedAt::equalsIgnoreCase);
        Column isFlagged = flags ? Columns.named(deletedAt).isNotNull() : functions.lit(false);
        return rows
                .groupBy(Columns.named(StateColumns.fingerprint(vector)).as("fingerprint"))
                .agg(
                        functions.count(functions.lit(1)).as("rows"),
                        functions.count_if(isEmbedded),
                        functions.count_if(functions.not(isEmbedded).and(hasHash)),
                        functions.count_if(functions.not(isEmbedded).and(functions.not(hasHash))),
                        functions.count_if(isFlagged))
                .orderBy(functions.col("rows").desc(), functions.col("fingerprint"))
                .collectAsList()
                .stream()
                .map(row -> new Part(
                        row.getString(0),
                        row.getLong(1),
                        row.getLong(2),
                        row.getLong(3),
                        row.getLong(4),
                        row.getLong(5)))
                .toList();
    }

    private static long rows(List<Part> parts) {
        return parts.stream().mapToLong(Part::rows).sum();
    }

    private Map<String, Object> json(Source source, Map<String, List<Part>> parts) {
        List<Map<String, Object>> columns = new ArrayList<>();
        parts.forEach((vector, of) -> {
            Map<String, Object> column = new LinkedHashMap<>();
            column.put("name", vector);
            EmbeddingMetadata.of(field(source, vector)).ifPresent(label -> {
                column.put("model", label.model());
                column.put("fingerprint", label.fingerprint());
            });
            column.put("rows", rows(of));
            column.put("parts", of.stream().map(Part::toJson).toList());
            columns.add(column);
        });
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("version", 1);
        all.put("table", source.name());
        all.put("columns", columns);
        return all;
    }

    private static StructField field(Source source, String vector) {
        return source.rows().schema().apply(vector);
    }

    private void print(Source source, Map<String, List<Part>> parts) {
        console.say("Table   %s".formatted(source.name()));
        parts.forEach((vector, of) -> {
            String model = EmbeddingMetadata.of(field(source, vector))
                    .map(label -> ", %s, fingerprint %.12s".formatted(label.shown(), label.fingerprint()))
                    .orElse("");
            console.say("Column  %s: %s%s".formatted(vector, Figures.count(rows(of), "row", "rows"), model));
            new TextTable(HEADER, of.stream().map(Part::cells).toList())
                    .lines(Integer.MAX_VALUE)
                    .forEach(line -> console.out().println("  " + line));
            if (of.size() > 1) {
                console.say(
                        "Vectors of different models or options cannot be compared: embed all anew with --rebuild.");
            }
        });
        console.say("What a refresh would embed: embark embed --mode refresh --dry-run with the source.");
    }
}
