/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.exec;

import io.embark.EmbedOptions;
import io.embark.encode.Embedder;
import io.embark.encode.PooledTexts;
import io.embark.spark.call.VectorValue;
import io.embark.spark.version.Scala;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.IntFunction;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.InterpretedProjection;
import org.apache.spark.sql.catalyst.expressions.JoinedRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * The rows of one partition, each joined with its vectors. Collects a window of rows, embeds their texts, hands the rows on in
 * the order in which they came.
 */
final class EmbedIterator implements Iterator<InternalRow> {
    /** A window also ends where the rows copied for it fill so much memory. */
    private static final long WINDOW_BYTES = 32L << 20;

    private final Iterator<InternalRow> rows;
    private final List<PinnedCall> calls;
    private final InterpretedProjection texts;
    private final UnsafeProjection joined;
    private final EmbedMetrics metrics;
    private final TaskModels models;

    /** For each call, which of the texts it embeds. */
    private final int[] textOf;

    private final List<DataType> textTypes;
    private final int windowRows;

    private final List<InternalRow> window = new ArrayList<>();
    private Object[][] vectors = new Object[0][];
    private int next;

    EmbedIterator(int partition, Iterator<InternalRow> rows, EmbedTask task) {
        this.rows = rows;
        this.calls = task.calls();
        this.metrics = task.metrics();
        List<Expression> arguments = new ArrayList<>();
        this.textOf =
                calls.stream().mapToInt(call -> indexOf(call.text(), arguments)).toArray();
        this.textTypes = arguments.stream().map(Expression::dataType).toList();
        // Generated code would copy each text, and a cell may be hundreds of megabytes.
        this.texts = new InterpretedProjection(Scala.<Expression>seq(arguments), Scala.seq(task.input()));
        // Texts may be random, or hold the number of their partition.
        texts.initialize(partition);
        this.joined = UnsafeProjection.create(Scala.<Expression>seq(task.output()), Scala.seq(task.output()));
        this.models = new TaskModels(calls.stream().map(PinnedCall::request).toList(), metrics);
        this.windowRows = calls.stream()
                .mapToInt(call -> call.request().options().get(EmbedOptions.WINDOW))
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

    /** Where a text stands among those to evaluate; one that gives the same each time is evaluated once. */
    private static int indexOf(Expression text, List<Expression> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            if (text.deterministic() && text.semanticEquals(arguments.get(i))) {
                return i;
            }
        }
        arguments.add(text);
        return arguments.size() - 1;
    }

    /** Only rows need a model: an empty partition loads none. */
    private void fill() {
        try {
            models.open();
            embed(read());
        } finally {
            models.endWindow();
        }
    }

    /** The texts of the next window's rows, column by column. */
    private List<TextColumn> read() {
        window.clear();
        next = 0;
        int[] maxChars = new int[textTypes.size()];
        for (int call = 0; call < textOf.length; call++) {
            maxChars[textOf[call]] =
                    Math.max(maxChars[textOf[call]], models.embedder(call).maxChars());
        }
        List<TextColumn> columns = new ArrayList<>();
        for (int i = 0; i < maxChars.length; i++) {
            columns.add(new TextColumn(textTypes.get(i), maxChars[i]));
        }

        long bytes = 0;
        while (bytes < WINDOW_BYTES && hasRoom(columns) && rows.hasNext()) {
            InternalRow row = rows.next();
            bytes += row instanceof UnsafeRow unsafe ? unsafe.getSizeInBytes() : 0;
            InternalRow arguments = texts.apply(row);
            for (int i = 0; i < maxChars.length; i++) {
                columns.get(i).add(arguments, i);
            }
            // The row below is reused for the next one, which after the last of a window is asked for when that is
            // read.
            window.add(bytes < WINDOW_BYTES ? row.copy() : row);
        }
        return columns;
    }

    private boolean hasRoom(List<TextColumn> columns) {
        long chars = 0;
        int most = window.size();
        for (TextColumn column : columns) {
            chars += column.chars();
            most = Math.max(most, column.texts().size());
        }
        return most < windowRows && chars < Embedder.WINDOW_CHARS;
    }

    private void embed(List<TextColumn> columns) {
        vectors = new Object[window.size()][calls.size()];
        for (List<Integer> group : groups()) {
            List<String> together = new ArrayList<>();
            Map<Integer, Integer> starts = new HashMap<>();
            for (int call : group) {
                int column = textOf[call];
                if (starts.putIfAbsent(column, together.size()) == null) {
                    together.addAll(columns.get(column).texts());
                }
            }
            PooledTexts pooled = models.pool(group.get(0), together);
            metrics.add(pooled.counts());
            for (int call : group) {
                int start = starts.get(textOf[call]);
                IntFunction<Object> results = results(call, pooled, start);
                for (int row = 0; row < vectors.length; row++) {
                    vectors[row][call] = columns.get(textOf[call]).result(row, results);
                }
            }
        }
        metrics.addRows(vectors.length);
    }

    /** What a call gives for each of the texts that stand behind {@code start}. */
    private IntFunction<Object> results(int call, PooledTexts pooled, int start) {
        if (calls.get(call).givesReason()) {
            return text -> UTF8String.fromString(pooled.reason(start + text));
        }
        Embedder embedder = models.embedder(call);
        return calls.get(call).givesChunks()
                ? text -> VectorValue.chunks(embedder, pooled, start + text)
                : text -> VectorValue.of(embedder, pooled, start + text);
    }

    /** The calls that one pass through the network serves. */
    private List<List<Integer>> groups() {
        List<List<Integer>> groups = new ArrayList<>();
        for (int i = 0; i < calls.size(); i++) {
            Embedder embedder = models.embedder(i);
            Optional<List<Integer>> known = groups.stream()
                    .filter(group -> models.embedder(group.get(0)).sharesPassWith(embedder))
                    .findFirst();
            if (known.isPresent()) {
                known.get().add(i);
            } else {
                groups.add(new ArrayList<>(List.of(i)));
            }
        }
        return groups;
    }
}
