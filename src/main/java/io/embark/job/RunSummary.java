package io.embark.job;

import com.google.gson.GsonBuilder;
import io.embark.EmbedOptions;
import io.embark.Option;
import io.embark.encode.Statistics;
import io.embark.job.table.Columns;
import io.embark.job.table.EmbeddingMetadata;
import io.embark.job.table.Sink;
import io.embark.model.ModelFolder;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.StructType;

/**
 * What a run did.
 *
 * @param rows rows that were written
 * @param statistics what embedding them took; counts texts, of which a row has one for each embedded column
 * @param seconds from the first row read to the last one written
 * @param model the model
 * @param vectors what the columns of vectors say
 */
record RunSummary(long rows, Statistics statistics, double seconds, ModelFolder model, EmbeddingMetadata vectors) {
    /** Texts that got a vector. */
    private long embedded() {
        return statistics.texts() - statistics.nulls() - statistics.failed();
    }

    /** The summary as {@code summary.json} has it. */
    String toJson(List<Settings.Effective> settings) {
        Map<String, Object> spent = new LinkedHashMap<>();
        spent.put("total", seconds);
        spent.put("tokenize", Figures.seconds(statistics.tokenizeNanos()));
        spent.put("forward", Figures.seconds(statistics.forwardNanos()));
        spent.put("wait", Figures.seconds(statistics.waitNanos()));

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
        all.put("version", 1);
        all.put("rows", rows);
        all.put("embedded", embedded());
        all.put("nulls", statistics.nulls());
        all.put("distinct", statistics.distinct());
        all.put("truncated", statistics.truncated());
        all.put("chunks", statistics.chunks());
        all.put("failed", statistics.failed());
        all.put("tokens", statistics.tokens());
        all.put("batches", statistics.batches());
        all.put("seconds", spent);
        all.put("model", used);
        all.put("settings", inForce);
        return new GsonBuilder()
                        .setPrettyPrinting()
                        .disableHtmlEscaping()
                        .create()
                        .toJson(all) + "\n";
    }

    /**
     * Prints the summary for people.
     *
     * @param written the output's columns
     * @param columns those of them that this run made
     */
    void print(PrintStream out, Sink sink, StructType written, List<String> columns) {
        double time = Math.max(seconds, 1e-3);
        out.println("Embedded %s in %s: %s rows/s, %s tokens/s"
                .formatted(
                        Figures.count(rows, "row", "rows"),
                        Figures.duration(seconds),
                        Figures.count(Math.round(rows / time)),
                        Figures.count(Math.round(statistics.tokens() / time))));
        out.println("  texts   %s embedded (%s different), %s null, %s truncated, %s failed"
                .formatted(
                        Figures.count(embedded()),
                        Figures.count(statistics.distinct()),
                        Figures.count(statistics.nulls()),
                        Figures.count(statistics.truncated()),
                        Figures.count(statistics.failed())));
        if (statistics.chunks() > 0) {
            out.println("  chunks  %s".formatted(Figures.count(statistics.chunks())));
        }
        out.println("  tokens  %s in %s"
                .formatted(
                        Figures.count(statistics.tokens()), Figures.count(statistics.batches(), "batch", "batches")));
        out.println("  model   %s, %d components, fingerprint %.12s"
                .formatted(vectors.shown(), vectors.dimension(), vectors.fingerprint()));
        out.println("  vectors %s, %s bytes each%s"
                .formatted(
                        Option.write(vectors.encoding()),
                        Figures.count(vectors.bytes()),
                        vectors.ranges().isPresent() ? ", ranges in " + sink.rangesFile() : ""));
        out.println("  output  %s, column %s".formatted(sink.description(), String.join(", ", columns)));
        out.println("Search it: %s".formatted(search(sink, written, columns.get(0))));
    }

    /** A command that finds the output, its vectors and their model, so that it can be copied as it is. */
    private String search(Sink sink, StructType written, String column) {
        StringBuilder command = new StringBuilder(System.getenv().getOrDefault("EMBARK_COMMAND", "embark"))
                .append(" search --table ")
                .append(quoted(sink.reference()));
        boolean known = sink.keepsMetadata();
        if (known ? EmbeddingMetadata.columns(written).size() > 1 : !column.equals(Columns.EMBEDDING)) {
            command.append(" --embedding-column ").append(quoted(column));
        }
        if (!known) {
            vectors.shapingOptions().forEach((key, value) -> {
                boolean isRanges = key.equals(EmbedOptions.ENCODING_RANGES.key());
                command.append(" --").append(key).append(' ').append(quoted(isRanges ? sink.rangesFile() : value));
            });
        }
        return command.append(" --query \"...\"").toString();
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
