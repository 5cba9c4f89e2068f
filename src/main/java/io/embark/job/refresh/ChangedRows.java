/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.job.embed.VectorColumns;
import io.embark.job.settings.Deleted;
import io.embark.job.sink.Changes;
import io.embark.job.table.Columns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Makes the changes of a target from the classes of its keys.
 *
 * @param comparison what was compared
 * @param target the columns of the target, in its order
 * @param deleted what becomes of rows that left the source
 * @param takesFirst whether the source may have a key twice
 */
record ChangedRows(Comparison comparison, StructType target, Deleted deleted, boolean takesFirst) {
    /** Of rows that are updated all other columns are sent, of which one may hold a page. */
    private static final long MOST_UPDATED = 10_000;

    private StateColumns state() {
        return comparison.state();
    }

    private List<String> ids() {
        return comparison.ids();
    }

    /** The columns that name a row of the target. */
    List<String> keys() {
        return state().vectors().chunked()
                ? Stream.concat(ids().stream(), Stream.of(VectorColumns.CHUNK)).toList()
                : ids();
    }

    /**
     * All changes.
     *
     * @param source the rows of the source
     * @param classes what {@link Comparison#compare} found
     * @param puts the rows that were embedded, with all columns of the target; empty if they are in already
     * @param there the rows of the target before
     * @param found how many keys have changes
     */
    Changes of(
            Dataset<Row> source,
            Dataset<Row> classes,
            Optional<Dataset<Row>> puts,
            Dataset<Row> there,
            ClassCounts found) {
        List<Dataset<Row>> all = new ArrayList<>();
        puts.ifPresent(rows -> all.add(filled(rows, Changes.PUT)));
        all.add(filled(updates(source, classes, there), Changes.UPDATE));
        Dataset<Row> gone = matching(keysOf(there), ofClass(classes, RowClass.GONE), ids(), "left_semi");
        switch (deleted) {
            case KEEP -> {}
            case DELETE -> all.add(filled(gone, Changes.DELETE));
            case FLAG ->
                all.add(filled(gone.withColumn(state().deletedAt(), functions.current_timestamp()), Changes.MARK));
        }
        boolean chunked = state().vectors().chunked();
        if (chunked) {
            all.add(filled(surplus(classes, puts, there), Changes.DELETE));
        }
        List<String> mark = state().flags() ? List.of(state().deletedAt()) : List.of();
        return new Changes(
                all.stream().reduce(Dataset::unionByName).orElseThrow(),
                keys(),
                state().kept(),
                mark,
                chunked || found.get(RowClass.UPDATED) > MOST_UPDATED ? Long.MAX_VALUE : found.differing());
    }

    private Dataset<Row> updates(Dataset<Row> source, Dataset<Row> classes, Dataset<Row> there) {
        Dataset<Row> wanted = classes.where(Columns.named(Comparison.CLASS).equalTo(RowClass.UPDATED.key()))
                .drop(Comparison.CLASS);
        Dataset<Row> rows = comparison.chosen(source, wanted, takesFirst);
        for (String vector : state().vectors().byText().values()) {
            rows = rows.withColumn(StateColumns.rowHash(vector), state().hashOfOthers());
        }
        if (!state().vectors().chunked()) {
            return rows;
        }
        for (String id : ids()) {
            rows = rows.withColumn(id, comparison.asThere().of(id, Columns.named(id)));
        }
        return rows.join(keysOf(there), ids().toArray(String[]::new), "inner");
    }

    /** Chunks of documents that have fewer of them now. */
    private Dataset<Row> surplus(Dataset<Row> classes, Optional<Dataset<Row>> puts, Dataset<Row> there) {
        Dataset<Row> before = matching(keysOf(there), ofClass(classes, RowClass.CHANGED), ids(), "left_semi");
        return puts.map(rows -> matching(before, keysOf(rows), keys(), "left_anti"))
                .orElse(before.limit(0));
    }

    /**
     * Changes beside which chunks go of documents that have fewer of them, once the new ones are in.
     *
     * @param now the rows that are there
     */
    Changes withSurplus(Changes changes, Dataset<Row> classes, Dataset<Row> now) {
        String chunks = StateColumns.chunks(
                state().vectors().byText().values().iterator().next());
        Dataset<Row> changed = matching(now, ofClass(classes, RowClass.CHANGED), ids(), "left_semi");
        Column chunk = Columns.named(VectorColumns.CHUNK);
        Dataset<Row> first = changed.where(chunk.equalTo(0))
                .select(Stream.concat(
                                ids().stream().map(Columns::named),
                                Stream.of(Columns.named(chunks).as("embark_first")))
                        .toArray(Column[]::new));
        Dataset<Row> surplus = keysOf(changed)
                .join(first, ids().toArray(String[]::new), "inner")
                .where(chunk.geq(Columns.named("embark_first")))
                .drop("embark_first");
        return new Changes(
                changes.rows().unionByName(filled(surplus, Changes.DELETE)),
                changes.keys(),
                changes.kept(),
                changes.mark());
    }

    private Dataset<Row> keysOf(Dataset<Row> rows) {
        return rows.select(keys().stream().map(Columns::named).toArray(Column[]::new));
    }

    /** The keys of a class. */
    Dataset<Row> ofClass(Dataset<Row> classes, RowClass... of) {
        Object[] words = Arrays.stream(of).map(RowClass::key).toArray();
        return classes.where(Columns.named(Comparison.CLASS).isin(words))
                .select(ids().stream().map(Columns::named).toArray(Column[]::new));
    }

    /** Rows of which others have the same values in some columns, or none. */
    static Dataset<Row> matching(Dataset<Row> rows, Dataset<Row> others, List<String> columns, String kind) {
        Column same = columns.stream()
                .map(name -> of("l", name).equalTo(of("r", name)))
                .reduce(Column::and)
                .orElseThrow();
        return rows.as("l").join(others.as("r"), same, kind);
    }

    private static Column of(String side, String name) {
        return functions.col("%s.`%s`".formatted(side, name.replace("`", "``")));
    }

    /** Rows with all columns of the target, those that they lack null, and what is to become of them. */
    Dataset<Row> filled(Dataset<Row> rows, String action) {
        List<Column> all = new ArrayList<>();
        for (StructField field : target.fields()) {
            all.add(Columns.named(field.name()).as(field.name(), field.metadata()));
        }
        all.add(functions.lit(action).as(Changes.ACTION));
        return Columns.filled(rows, target).select(all.toArray(new Column[0]));
    }
}
