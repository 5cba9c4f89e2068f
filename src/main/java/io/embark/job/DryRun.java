package io.embark.job;

import io.embark.EmbedOptions;
import io.embark.encode.Embedder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;

/** {@code --dry-run}: opens the model here, embeds the first three rows and shows them; writes nothing. */
final class DryRun {
    private static final int ROWS = 3;
    private static final int COMPONENTS = 4;

    private final Settings settings;
    private final Console console;

    DryRun(Settings settings, Console console) {
        this.settings = settings;
        this.console = console;
    }

    void run(Source source, Map<String, String> columns, EmbedOptions options, Optional<Sink> sink) {
        Optional<String> id = settings.find(JobSettings.ID_COLUMN);
        try (Embedder embedder = Embedder.open(options)) {
            console.out()
                    .println("Model   %s, %d components, fingerprint %.12s"
                            .formatted(
                                    embedder.model().name(),
                                    embedder.dimension(),
                                    embedder.model().fingerprint()));
            columns.forEach((text, output) -> {
                Column[] read = id.map(name -> new Column[] {Columns.named(text), Columns.named(name)})
                        .orElseGet(() -> new Column[] {Columns.named(text)});
                List<Row> rows = source.rows().select(read).limit(ROWS).collectAsList();
                List<String> texts = rows.stream().map(row -> row.getString(0)).collect(Collectors.toList());
                float[][] vectors = embedder.embed(texts);
                console.out().println("Column  %s -> %s".formatted(text, output));
                for (int i = 0; i < vectors.length; i++) {
                    String name = id.isPresent() ? "%s: ".formatted(rows.get(i).get(1)) : "";
                    console.out().println("        " + name + describe(texts.get(i), vectors[i]));
                }
            });
        }
        console.out()
                .println("Output  "
                        + sink.map(place -> place.description() + " can be written")
                                .orElse("none named"));
        console.out().println("Dry run: nothing was written.");
    }

    private static String describe(String text, float[] vector) {
        String start = text == null ? "null" : "\"%s\"".formatted(TextTable.shorten(TextTable.clean(text), 60));
        if (vector == null) {
            return start + " -> null";
        }

        String components = IntStream.range(0, Math.min(COMPONENTS, vector.length))
                .mapToObj(i -> String.format(Locale.ROOT, "%.4f", vector[i]))
                .collect(Collectors.joining(", "));
        double norm = Math.sqrt(IntStream.range(0, vector.length)
                .mapToDouble(i -> (double) vector[i] * vector[i])
                .sum());
        return String.format(Locale.ROOT, "%s -> [%s, ...], norm %.4f", start, components, norm);
    }
}
