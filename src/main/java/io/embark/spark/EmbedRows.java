package io.embark.spark;

import io.embark.EmbedOptions;
import io.embark.encode.Embedder;
import io.embark.encode.Embeddings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.JoinedRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * The rows of one partition, each joined with its vectors. Collects a window of rows, embeds their texts, hands the rows on in
 * the order in which they came.
 */
final class EmbedRows implements Iterator<InternalRow> {
    /** A window also ends where the rows copied for it fill so much memory. */
    private static final long WINDOW_BYTES = 32L << 20;

    /** And where its texts have so many chars, about 100,000 tokens: enough to sort, without minutes of silence. */
    private static final long WINDOW_CHARS = 1L << 19;

    private static final int MAX_BYTES_PER_CHAR = 4;

    private final Iterator<InternalRow> rows;
    private final List<EmbedExpression> calls;
    private final UnsafeProjection texts;
    private final UnsafeProjection joined;
    private final EmbedMetrics metrics;
    private final Embedder[] embedders;
    private final int windowRows;

    private final List<InternalRow> window = new ArrayList<>();
    private Object[][] vectors = new Object[0][];
    private int next;

    EmbedRows(
            int partition,
            Iterator<InternalRow> rows,
            List<EmbedExpression> calls,
            List<Attribute> input,
            List<Attribute> output,
            EmbedMetrics metrics) {
        this.rows = rows;
        this.calls = calls;
        this.metrics = metrics;
        List<Expression> arguments = calls.stream().map(EmbedExpression::text).toList();
        this.texts = UnsafeProjection.create(Scala.seq(arguments), Scala.seq(input));
        // Texts may be random, or hold the number of their partition.
        texts.initialize(partition);
        this.joined = UnsafeProjection.create(Scala.<Expression>seq(output), Scala.seq(output));
        this.embedders = new Embedder[calls.size()];
        this.windowRows = calls.stream()
                .mapToInt(call -> call.options().get(EmbedOptions.WINDOW))
                .min()
                .orElseThrow();
    }

    @Override
    public boolean hasNext() {
        if (next == window.size() && rows.hasNext()) {
            fill();
        }
        return next < window.size();
    }

    @Override
    public InternalRow next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        InternalRow row = joined.apply(new JoinedRow(window.get(next), new GenericInternalRow(vectors[next])));
        next++;
        return row;
    }

    private void fill() {
        stopIfKilled();
        openModels();
        window.clear();
        next = 0;
        List<List<String>> columns = new ArrayList<>();
        calls.forEach(call -> columns.add(new ArrayList<>()));

        long bytes = 0;
        long chars = 0;
        while (window.size() < windowRows && bytes < WINDOW_BYTES && chars < WINDOW_CHARS && rows.hasNext()) {
            InternalRow row = rows.next();
            bytes += row instanceof UnsafeRow unsafe ? unsafe.getSizeInBytes() : 0;
            UnsafeRow arguments = texts.apply(row);
            for (int i = 0; i < columns.size(); i++) {
                String text = text(arguments, i);
                columns.get(i).add(text);
                chars += text == null ? 0 : text.length();
            }
            // The row below is reused for the next one.
            window.add(row.copy());
        }
        embed(columns);
    }

    /** Only rows need a model: an empty partition loads none. */
    private void openModels() {
        for (int i = 0; i < embedders.length && embedders[i] == null; i++) {
            embedders[i] = ExecutorModels.embedder(calls.get(i).options());
        }
    }

    /** The text in a column, cut to what can matter before it is decoded: a cell may be hundreds of megabytes. */
    private String text(UnsafeRow arguments, int column) {
        if (arguments.isNullAt(column)) {
            return null;
        }
        UTF8String text = arguments.getUTF8String(column);
        long maxBytes = (long) (embedders[column].maxChars() + 1) * MAX_BYTES_PER_CHAR;
        if (text.numBytes() <= maxBytes) {
            return text.toString();
        }
        return new String(Arrays.copyOf(text.getBytes(), (int) maxBytes), StandardCharsets.UTF_8);
    }

    /** Calls with equal options share their batches. */
    private void embed(List<List<String>> columns) {
        vectors = new Object[window.size()][calls.size()];
        Map<EmbedOptions, List<Integer>> groups = new LinkedHashMap<>();
        for (int i = 0; i < calls.size(); i++) {
            groups.computeIfAbsent(calls.get(i).options(), options -> new ArrayList<>())
                    .add(i);
        }

        for (List<Integer> group : groups.values()) {
            List<String> together = new ArrayList<>();
            group.forEach(column -> together.addAll(columns.get(column)));
            Embeddings embeddings = ExecutorModels.embed(embedders[group.get(0)], together);
            metrics.add(embeddings.statistics());
            int from = 0;
            for (int column : group) {
                for (int row = 0; row < vectors.length; row++) {
                    float[] vector = embeddings.vectors()[from++];
                    vectors[row][column] = vector == null ? null : UnsafeArrayData.fromPrimitiveArray(vector);
                }
            }
        }
    }

    private static void stopIfKilled() {
        TaskContext context = TaskContext.get();
        if (context != null && context.isInterrupted()) {
            throw new TaskKilledException("embedding was cancelled");
        }
    }
}
