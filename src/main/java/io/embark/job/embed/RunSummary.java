/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import io.embark.EmbedOptions;
import io.embark.Option;
import io.embark.encode.Count;
import io.embark.encode.EmbedCounts;
import io.embark.job.print.Console;
import io.embark.job.print.Figures;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.Settings;
import io.embark.job.sink.Capability;
import io.embark.job.sink.Sink;
import io.embark.job.table.Columns;
import io.embark.model.ModelFolder;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.spark.sql.types.StructType;

/**
 * What a run did.
 *
 * <p>Three of its numbers have a meaning of their own: rows are those that were written, texts those that were asked for, one in
 * each row read and column embedded, and distinct ones those that were computed.
 *
 * @param rows rows that were written
 * @param counts what embedding them took
 * @param seconds from the first row read to the last one written
 * @param model the model
 * @param vectors what the columns of vectors say
 * @hidden Public for Embark's other rooms only.
 */
public record RunSummary(long rows, EmbedCounts counts, double seconds, ModelFolder model, EmbeddingMetadata vectors) {
    private static final String FORMAT = "--" + JobSettings.FORMAT.key();
    private static final String OPTION = "--" + JobSettings.SOURCE_OPTION.key();

    /** Texts that got a vector. */
    public long embedded() {
        return counts.get(Count.TEXTS) - counts.get(Count.NULLS) - counts.get(Count.FAILED);
    }

    /** The summary as {@code summary.json} has it. */
    public String toJson(List<Settings.Effective> settings) {
        return toJson(settings, Map.of(), Map.of(), Map.of());
    }

    /**
     * The same of a refresh.
     *
     * @param classes how many rows there were of each class; none if nothing was compared
     * @param versions those that were read and written, where tables keep them
     * @param changes between which versions of the source changes were read, or why not; nothing where nobody would ask
     */
    public String toJson(
            List<Settings.Effective> settings,
            Map<String, Long> classes,
            Map<String, String> versions,
            Map<String, String> changes) {
        Map<String, Object> spent = new LinkedHashMap<>();
        spent.put("total", seconds);
        each(Count.Unit.NANOS, count -> spent.put(count.key(), Figures.seconds(counts.get(count))));

        Map<String, Object> used = new LinkedHashMap<>();
        used.put("name", vectors.model());
        used.put("reference", vectors.reference());
        vectors.revision().ifPresent(revision -> used.put("revision", revision));
        used.put("fingerprint", vectors.fingerprint());
        used.put("dimension", vectors.dimension());
        used.put("encoding", Option.write(vectors.encoding()));
        used.put("bytesPerVector", vectors.bytes());
        used.put("maxTokens", model.specification().maxTokens());
        used.put("options", vectors.options());

        Map<String, String> inForce = new LinkedHashMap<>();
        settings.stream()
                .filter(Settings.Effective::isSet)
                .forEach(setting -> inForce.put(setting.key(), setting.value()));

        Map<String, Object> all = new LinkedHashMap<>();
        all.put("version", classes.isEmpty() ? 1 : 2);
        all.put("rows", rows);
        all.put(Count.TEXTS.key(), counts.get(Count.TEXTS));
        all.put("embedded", embedded());
        all.putAll(classes);
        each(Count.Unit.NUMBER, count -> all.putIfAbsent(count.key(), counts.get(count)));
        if (!versions.isEmpty()) {
            all.put("versions", versions);
        }
        if (!changes.isEmpty()) {
            all.put("changes", changes);
        }
        all.put("seconds", spent);
        all.put("model", used);
        all.put("settings", inForce);
        return Report.json(all) + "\n";
    }

    private static void each(Count.Unit unit, Consumer<Count> action) {
        Arrays.stream(Count.values()).filter(count -> count.unit() == unit).forEach(action);
    }

    /**
     * Prints the summary for people.
     *
     * @param written the output's columns
     * @param columns those of them that this run made
     * @param settings those of the run
     */
    public void print(Console console, Sink sink, StructType written, List<String> columns, Settings settings) {
        double time = Math.max(seconds, 1e-3);
        console.say("Embedded %s in %s: %s rows/s, %s tokens/s"
                .formatted(
                        Figures.count(rows, "row", "rows"),
                        Figures.duration(seconds),
                        Figures.count(Math.round(rows / time)),
                        Figures.count(Math.round(counts.get(Count.TOKENS) / time))));
        console.say("  texts   %s asked for, %s computed; %s embedded, %s null, %s truncated, %s failed"
                .formatted(
                        Figures.count(counts.get(Count.TEXTS)),
                        Figures.count(counts.get(Count.DISTINCT)),
                        Figures.count(embedded()),
                        Figures.count(counts.get(Count.NULLS)),
                        Figures.count(counts.get(Count.TRUNCATED)),
                        Figures.count(counts.get(Count.FAILED))));
        if (counts.get(Count.CHUNKS) > 0) {
            console.say("  chunks  %s".formatted(Figures.count(counts.get(Count.CHUNKS))));
        }
        console.say("  tokens  %s in %s"
                .formatted(
                        Figures.count(counts.get(Count.TOKENS)),
                        Figures.count(counts.get(Count.BATCHES), "batch", "batches")));
        console.say("  model   %s, %s components, fingerprint %.12s"
                .formatted(vectors.shown(), vectors.dimension(), vectors.fingerprint()));
        console.say("  vectors %s, %s bytes each%s%s"
                .formatted(
                        Option.write(vectors.encoding()),
                        Figures.count(vectors.bytes()),
                        settings.find(JobSettings.VECTOR_TYPE)
                                .map(", written as "::concat)
                                .orElse(""),
                        vectors.ranges()
                                .flatMap(ranges -> sink.rangesFile())
                                .map(", ranges in "::concat)
                                .orElse("")));
        console.say("  output  %s, column %s".formatted(sink.description(), String.join(", ", columns)));
        if (!sink.searchWords().isEmpty()) {
            console.say("Search it: %s".formatted(search(sink, written, columns.get(0), settings)));
        }
        sink.searchAdvice().map("Search it: "::concat).ifPresent(console::say);
    }

    /** A command that finds the output, its vectors and their model, so that it can be copied as it is. */
    private String search(Sink sink, StructType written, String column, Settings settings) {
        StringBuilder command =
                new StringBuilder(System.getenv().getOrDefault("EMBARK_COMMAND", "embark")).append(" search");
        Stream.concat(settings.wordsOfSpark().stream(), words(sink, settings).stream())
                .forEach(word -> command.append(' ').append(word.startsWith("--") ? word : quoted(word)));
        boolean known = sink.can(Capability.KEEPS_METADATA);
        if (known ? EmbeddingMetadata.columns(written).size() > 1 : !column.equals(Columns.EMBEDDING)) {
            command.append(" --embedding-column ").append(quoted(column));
        }
        if (!known) {
            vectors.shapingOptions().forEach((key, value) -> {
                boolean isRanges = key.equals(EmbedOptions.ENCODING_RANGES.key());
                command.append(" --")
                        .append(key)
                        .append(' ')
                        .append(quoted(isRanges ? sink.rangesFile().orElse(value) : value));
            });
        }
        return command.append(" --query \"...\"").toString();
    }

    /** Those of the sink; options of it whose values stand elsewhere, credentials mostly, are told as they were told to it. */
    private static List<String> words(Sink sink, Settings settings) {
        Map<String, String> elsewhere = settings.words(JobSettings.SINK_OPTION);
        List<String> words = new ArrayList<>(sink.searchWords());
        if (!words.contains(FORMAT)) {
            return words;
        }
        for (int i = words.size() - 1; i > 0; i--) {
            if (words.get(i - 1).equals(OPTION)
                    && elsewhere.containsKey(words.get(i).replaceFirst("=.*", ""))) {
                words.subList(i - 1, i + 1).clear();
            }
        }
        elsewhere.forEach((name, word) -> words.addAll(List.of(OPTION, "%s=%s".formatted(name, word))));
        return words;
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
