/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import io.embark.EmbedOptions;
import io.embark.Encoding;
import io.embark.LongText;
import io.embark.Option;
import io.embark.encode.Count;
import io.embark.encode.Embedder;
import io.embark.job.print.Console;
import io.embark.job.print.Figures;
import io.embark.job.print.TextTable;
import io.embark.job.settings.Settings;
import io.embark.job.source.Source;
import io.embark.job.table.Columns;
import io.embark.model.ModelFolder;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * {@code --dry-run}: opens the model here, embeds the first three rows and shows them; writes nothing.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class DryRun {
    private static final int ROWS = 3;
    private static final int COMPONENTS = 4;
    private static final int SAMPLE = 200;

    /**
     * What a run would embed, where that is known.
     *
     * @param rows the rows, with their texts
     * @param count how many they are
     * @param pace tokens in a second of an earlier run; empty if none is known
     * @hidden Public for Embark's other rooms only.
     */
    public record Work(Dataset<Row> rows, long count, OptionalDouble pace) {}

    private final Settings settings;
    private final Console console;

    public DryRun(Settings settings, Console console) {
        this.settings = settings;
        this.console = console;
    }

    /** Shows the first rows of the source. */
    public void run(EmbedCall call) {
        run(call, Optional.empty());
    }

    /** Shows the first rows that would be embedded, and about what that would take. */
    public void run(EmbedCall call, Work work) {
        run(call, Optional.of(work));
    }

    private void run(EmbedCall call, Optional<Work> work) {
        Source source = call.source();
        Dataset<Row> toEmbed = work.map(Work::rows).orElse(source.rows());
        Map<String, String> columns = call.columns().byText();
        ModelFolder model = call.model();
        EmbedOptions options = call.options();
        List<String> ids = IdColumns.names(settings);
        EmbedOptions computable =
                DriverDevice.of(Calibration.computable(options), source.rows().sparkSession());
        Encoding encoding = options.get(EmbedOptions.ENCODING);
        try (Embedder embedder = Embedder.open(model, computable)) {
            console.say("Model   %s, %s components, fingerprint %.12s"
                    .formatted(
                            model.revision().isPresent() ? model.reference() : model.name(),
                            embedder.dimension(),
                            model.fingerprint()));
            console.say("Vectors %s, %s bytes each%s"
                    .formatted(
                            Option.write(encoding),
                            Figures.count(encoding.bytes(embedder.dimension())),
                            Calibration.isNeeded(options)
                                    ? "; a run takes their ranges from a sample, shown are components"
                                    : ""));
            columns.forEach((text, output) -> {
                Column[] read = ids.isEmpty()
                        ? new Column[] {Columns.named(text)}
                        : new Column[] {Columns.named(text), IdColumns.text(ids)};
                List<Row> rows = toEmbed.select(read).limit(ROWS).collectAsList();
                List<String> texts = rows.stream().map(row -> row.getString(0)).collect(Collectors.toList());
                console.say("Column  %s -> %s".formatted(text, output));
                List<String> vectors = describe(embedder, computable, texts);
                for (int i = 0; i < vectors.size(); i++) {
                    String name = !ids.isEmpty() ? "%s: ".formatted(rows.get(i).get(1)) : "";
                    console.out().println("        " + name + start(texts.get(i)) + " -> " + vectors.get(i));
                }
            });
            work.ifPresent(known -> estimate(known, List.copyOf(columns.keySet()), embedder));
        }
        source.notes().forEach(note -> console.say("Note    " + note));
        console.say("Output  "
                + call.sink()
                        .map(place -> place.description() + " can be written")
                        .orElse("none named"));
        console.say("Dry run: nothing was written.");
    }

    /** Tokens by the mean of a sample, the first rows that come. */
    private void estimate(Work work, List<String> columns, Embedder embedder) {
        List<String> texts = work
                .rows()
                .select(columns.stream().map(Columns::named).toArray(Column[]::new))
                .limit(SAMPLE)
                .collectAsList()
                .stream()
                .flatMap(row -> IntStream.range(0, row.length()).mapToObj(row::getString))
                .collect(Collectors.toList());
        long all = work.count() * columns.size();
        if (texts.isEmpty()) {
            console.say("Work    nothing to embed");
            return;
        }
        double each = (double) embedder.pool(texts, () -> false).counts().get(Count.TOKENS) / texts.size();
        double tokens = each * all;
        console.say("Work    %s, about %s tokens: %s each in a sample of %s"
                .formatted(
                        Figures.count(all, "text", "texts"),
                        Figures.count(Math.round(tokens)),
                        Figures.count(Math.round(each)),
                        Figures.count(texts.size())));
        console.say(
                work.pace().isPresent()
                        ? "Time    about %s at the %s tokens/s of the last run"
                                .formatted(
                                        Figures.duration(tokens / work.pace().getAsDouble()),
                                        Figures.count(Math.round(work.pace().getAsDouble())))
                        : "Time    not known: --report names no folder of a run that was busy with embedding");
    }

    private static List<String> describe(Embedder embedder, EmbedOptions options, List<String> texts) {
        Encoding encoding = options.get(EmbedOptions.ENCODING);
        boolean floats = encoding == Encoding.FLOAT32;
        if (options.get(EmbedOptions.LONG_TEXT) == LongText.CHUNKS) {
            return embedder.embedChunks(texts).stream()
                    .map(chunks -> chunks == null
                            ? "null"
                            : "%s, the first %s"
                                    .formatted(
                                            Figures.count(chunks.size(), "chunk", "chunks"),
                                            floats
                                                    ? components(chunks.get(0).vector())
                                                    : codes(
                                                            encoding,
                                                            chunks.get(0).codes())))
                    .toList();
        }
        return floats
                ? Arrays.stream(embedder.embed(texts)).map(DryRun::components).toList()
                : Arrays.stream(embedder.embedCodes(texts))
                        .map(codes -> codes(encoding, codes))
                        .toList();
    }

    private static String start(String text) {
        return text == null ? "null" : "\"%s\"".formatted(TextTable.shorten(TextTable.clean(text), 60));
    }

    private static String codes(Encoding encoding, byte[] codes) {
        if (codes == null) {
            return "null";
        }
        boolean unsigned = encoding == Encoding.UINT8 || encoding == Encoding.UBINARY;
        return IntStream.range(0, Math.min(COMPONENTS, codes.length))
                .map(i -> unsigned ? Byte.toUnsignedInt(codes[i]) : codes[i])
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(", ", "[", ", ...]"));
    }

    private static String components(float[] vector) {
        if (vector == null) {
            return "null";
        }

        String components = IntStream.range(0, Math.min(COMPONENTS, vector.length))
                .mapToObj(i -> String.format(Locale.ROOT, "%.4f", vector[i]))
                .collect(Collectors.joining(", "));
        double norm = Math.sqrt(IntStream.range(0, vector.length)
                .mapToDouble(i -> (double) vector[i] * vector[i])
                .sum());
        return String.format(Locale.ROOT, "[%s, ...], norm %.4f", components, norm);
    }
}
