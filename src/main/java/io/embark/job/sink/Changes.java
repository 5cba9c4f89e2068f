/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink;

import io.embark.job.table.Columns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * What is to become of the rows of a place: whole rows that are put there, updates that leave some columns as they are, rows that
 * are marked or deleted. No key stands in two of them.
 *
 * @param rows all columns of the place, in its order, and {@link #ACTION}. A row that is put has all of them, an update all but
 *     those that are kept, a mark the keys and the column of the mark, a deletion the keys; the others are null
 * @param keys the columns that name a row; null in a column of a key is a value as any other
 * @param kept the columns that an update leaves as they are: vectors, and what stands there of their making
 * @param mark the column that a mark sets; empty where rows are not marked
 * @param most how many rows there are at most
 * @hidden Public for Embark's other rooms only.
 */
public record Changes(Dataset<Row> rows, List<String> keys, List<String> kept, List<String> mark, long most) {
    /** The column that says what becomes of a row. */
    public static final String ACTION = "embark_action";

    /** A whole row, in the place of the one with its key or as a new one. */
    public static final String PUT = "put";

    /** A row that is there and gets other values in all columns but those that are kept. */
    public static final String UPDATE = "update";

    /** A row that is there and stays but for the column of the mark. */
    public static final String MARK = "mark";

    /** A row that is there and goes. */
    public static final String DELETE = "delete";

    /** Keys and other columns of so many rows are sent to every executor, so that a place that is rewritten is not shuffled. */
    private static final long MOST_BROADCAST = 100_000;

    /** Of rows that nobody has counted. */
    public Changes(Dataset<Row> rows, List<String> keys, List<String> kept, List<String> mark) {
        this(rows, keys, kept, mark, Long.MAX_VALUE);
    }

    /** Takes its own copies. */
    public Changes {
        keys = List.copyOf(keys);
        kept = List.copyOf(kept);
        mark = List.copyOf(mark);
    }

    /** The columns of the place. */
    public StructType schema() {
        return new StructType(Arrays.stream(rows.schema().fields())
                .filter(field -> !field.name().equals(ACTION))
                .toArray(StructField[]::new));
    }

    /** The changes of one kind, with the columns of the place. */
    public Dataset<Row> of(String action) {
        return rows.where(Columns.named(ACTION).equalTo(action)).drop(ACTION);
    }

    /**
     * The whole table after the changes, for places that are rewritten.
     *
     * @param there the rows before them
     */
    public Dataset<Row> appliedTo(Dataset<Row> there) {
        Dataset<Row> before = Columns.filled(there, schema()).as("t");
        // Of rows that are put only their keys are held against what is there: their vectors are not shuffled.
        // A plan that does not adapt itself waits for what is sent no longer than some minutes.
        boolean isSent = most <= MOST_BROADCAST
                && there.sparkSession().sessionState().conf().adaptiveExecutionEnabled();
        Dataset<Row> narrow = (isSent ? functions.broadcast(narrow()) : narrow()).as("c");
        Column same = keys.stream()
                .map(key -> of("t", key).eqNullSafe(of("c", key)))
                .reduce(Column::and)
                .orElseThrow();
        Column action = of("c", ACTION);
        Dataset<Row> stays = before.join(narrow, same, "left")
                .where(action.isNull().or(action.isin(UPDATE, MARK)))
                .select(Arrays.stream(schema().fields())
                        .map(field -> after(field, action))
                        .toArray(Column[]::new));
        return stays.unionByName(of(PUT).select(
                        Arrays.stream(schema().fieldNames()).map(Columns::named).toArray(Column[]::new)));
    }

    private Dataset<Row> narrow() {
        List<Column> all = new ArrayList<>();
        List<Column> keysOnly = new ArrayList<>();
        for (StructField field : schema().fields()) {
            if (kept.contains(field.name())) {
                continue;
            }
            Column column = Columns.named(field.name());
            all.add(column);
            keysOnly.add(
                    keys.contains(field.name())
                            ? column
                            : functions.lit(null).cast(field.dataType()).as(field.name()));
        }
        all.add(Columns.named(ACTION));
        keysOnly.add(Columns.named(ACTION));
        Column isPut = Columns.named(ACTION).equalTo(PUT);
        return rows.where(functions.not(isPut))
                .select(all.toArray(new Column[0]))
                .union(rows.where(isPut).select(keysOnly.toArray(new Column[0])));
    }

    private Column after(StructField field, Column action) {
        String name = field.name();
        Column old = of("t", name);
        if (kept.contains(name) || keys.contains(name)) {
            return old.as(name, field.metadata());
        }
        Column isSet = mark.contains(name) ? action.isin(UPDATE, MARK) : action.equalTo(UPDATE);
        return functions.when(isSet, of("c", name)).otherwise(old).as(name, field.metadata());
    }

    private static Column of(String side, String name) {
        return functions.col("%s.`%s`".formatted(side, name.replace("`", "``")));
    }
}
