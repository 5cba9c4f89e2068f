/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import static io.embark.job.refresh.RowClass.CHANGED;
import static io.embark.job.refresh.RowClass.DOUBLED;
import static io.embark.job.refresh.RowClass.NEW;
import static io.embark.job.refresh.RowClass.NULL_KEY;

import io.embark.job.embed.IdColumns;
import io.embark.job.source.Repartitioning;
import io.embark.job.table.Columns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.execution.QueryExecution;
import org.apache.spark.sql.execution.SQLExecution;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import scala.Option;

/**
 * Holds the rows of a source against those of a target by their keys. Only keys, hashes and fingerprints are read of the target
 * and shuffled of both: no text, no vector.
 *
 * @param state the columns of state
 * @param ids the columns that name a row of the source
 * @param asThere what the target makes of a key
 */
record Comparison(StateColumns state, List<String> ids, Keys asThere) {
    /** The column that says in which way a row differs, as {@link RowClass#key}. */
    static final String CLASS = "embark_class";

    /** What a target makes of the value of a column of the key. */
    @FunctionalInterface
    interface Keys {
        Column of(String key, Column value);
    }

    private int hashes() {
        return 2 * state.vectors().byText().size();
    }

    /** Keys and hashes of the rows of the source, one row for each of its. */
    Dataset<Row> keyed(Dataset<Row> source) {
        List<Column> selected = new ArrayList<>(keysAsThere());
        selected.addAll(hashesOfSource());
        return source.select(selected.toArray(new Column[0]));
    }

    /** The rows of the source whose keys are among some, which are as the target has them. */
    private Dataset<Row> rowsOf(Dataset<Row> source, Dataset<Row> keys) {
        return source.as("l").join(keys.as("r"), sameKeys(), "left_semi");
    }

    /** Those of them whose hashes are the same too. */
    private Dataset<Row> versionsOf(Dataset<Row> source, Dataset<Row> keysAndHashes) {
        Column same = keysAndHashes().stream()
                .skip(ids.size())
                .map(name -> ClassRule.of("l", name).equalTo(ClassRule.of("r", name)))
                .reduce(sameKeys(), Column::and);
        return withHashes(source).as("l").join(keysAndHashes.as("r"), same, "left_semi");
    }

    /**
     * The rows of the source whose keys, or keys and hashes, are among some.
     *
     * @param takesFirst whether the source may have a key twice; of rows that are equal in all that is compared any one will do
     */
    Dataset<Row> chosen(Dataset<Row> source, Dataset<Row> wanted, boolean takesFirst) {
        return takesFirst
                ? versionsOf(source, wanted)
                        .dropDuplicates(ids.toArray(String[]::new))
                        .select(Arrays.stream(source.columns())
                                .map(Columns::named)
                                .toArray(Column[]::new))
                : rowsOf(source, wanted);
    }

    Column sameKeys() {
        return ids.stream()
                .map(key -> asThere.of(key, ClassRule.of("l", key)).equalTo(ClassRule.of("r", key)))
                .reduce(Column::and)
                .orElseThrow();
    }

    List<Column> keysAsThere() {
        return ids.stream()
                .map(key -> asThere.of(key, Columns.named(key)).as(key))
                .toList();
    }

    /** Rows of the source with their hashes. */
    Dataset<Row> withHashes(Dataset<Row> source) {
        List<Column> all = new ArrayList<>(List.of(functions.col("*")));
        all.addAll(hashesOfSource());
        return source.select(all.toArray(new Column[0]));
    }

    List<Column> keys() {
        return ids.stream().map(Columns::named).toList();
    }

    private List<Column> hashesOfSource() {
        List<Column> hashes = new ArrayList<>();
        for (String text : state.vectors().byText().keySet()) {
            hashes.add(state.hashOf(Columns.named(text)).as(ClassRule.hash(hashes.size())));
            hashes.add(state.hashOfOthers().as(ClassRule.hash(hashes.size())));
        }
        return hashes;
    }

    /** The hashes that a row has which is written with its state, under the names that {@link #keyed} gives to them. */
    List<Column> hashesOfState() {
        List<Column> hashes = new ArrayList<>();
        for (String vector : state.vectors().byText().values()) {
            hashes.add(Columns.named(StateColumns.textHash(vector)).as(ClassRule.hash(hashes.size())));
            hashes.add(Columns.named(StateColumns.rowHash(vector)).as(ClassRule.hash(hashes.size())));
        }
        return hashes;
    }

    /** The names of what tells two versions of a row apart: the key, then the hashes. */
    List<String> keysAndHashes() {
        return Stream.concat(
                        ids.stream(),
                        Stream.iterate(0, i -> i < hashes(), i -> i + 1).map(ClassRule::hash))
                .toList();
    }

    /**
     * Of rows of the source that have one key, the first one by an order; equal ones go by their hashes.
     *
     * @param order the order in SQL; empty for that of the hashes
     */
    Dataset<Row> first(Dataset<Row> source, Optional<String> order) {
        String byHash = Stream.iterate(0, i -> i < hashes(), i -> i + 1)
                .map(ClassRule::hash)
                .reduce((a, b) -> a + ", " + b)
                .orElseThrow();
        String rank = "row_number() OVER (PARTITION BY %s ORDER BY %s) AS %s"
                .formatted(
                        String.join(", ", ids.stream().map(ClassRule::quoted).toList()),
                        order.map(by -> by + ", " + byHash).orElse(byHash),
                        ClassRule.COUNT);
        List<Column> kept = new ArrayList<>(keysAsThere());
        keysAndHashes().stream().skip(ids.size()).map(Columns::named).forEach(kept::add);
        return withHashes(source)
                .selectExpr("*", rank)
                .where(Columns.named(ClassRule.COUNT).equalTo(1))
                .select(kept.toArray(new Column[0]));
    }

    /**
     * The classes of all keys that stand on either side: the columns of the key, the hashes of the source, {@link #CLASS}. Where
     * there is a target, both are read now; whoever asks for the classes gets them from what that left on the executors' disks.
     *
     * @param source keys and hashes, as {@link #keyed}, {@link #first} or {@link #ofChanges} give them
     * @param there the rows of the target with their state; empty if there is none yet
     */
    Dataset<Row> compare(Dataset<Row> source, Optional<Dataset<Row>> there, Missing missing) {
        Dataset<Row> classes = classes(source, there, missing);
        if (there.isEmpty()) {
            // Counting them asks for keys alone; hashes are made by whoever needs them.
            return classes;
        }
        QueryExecution query = classes.queryExecution();
        // What is made of the same RDD takes its shuffles from there.
        RDD<InternalRow> rows = SQLExecution.withNewExecutionId(query, Option.apply("comparison"), query::toRdd);
        return classes.sparkSession().internalCreateDataFrame(rows, classes.schema(), false);
    }

    private Dataset<Row> classes(Dataset<Row> source, Optional<Dataset<Row>> there, Missing missing) {
        Dataset<Row> here = (missing.isTold() ? source : perKey(source)).as("s");
        if (there.isEmpty()) {
            Column count = Columns.named(ClassRule.COUNT);
            return here.withColumn(
                            CLASS,
                            functions
                                    .when(ClassRule.anyNull(keys()), NULL_KEY.key())
                                    .when(count.gt(1), DOUBLED.key())
                                    .otherwise(NEW.key()))
                    .select(result(keys(), ""));
        }

        Dataset<Row> target = there(there.get(), missing).as("t");
        Column same = ids.stream()
                // Not null-safe: Spark would shuffle the groups once more. A null key is refused anyway.
                .map(key -> ClassRule.of("s", key).equalTo(ClassRule.of("t", key)))
                .reduce(Column::and)
                .orElseThrow();
        List<Column> keysOfBoth = ids.stream()
                .map(key -> functions
                        .coalesce(ClassRule.of("s", key), ClassRule.of("t", key))
                        .as(key))
                .toList();
        Dataset<Row> both =
                here.join(target, same, "full_outer").withColumn(CLASS, new ClassRule(state, ids, missing).rowClass());
        return (missing.isTold() ? both.where(Columns.named(CLASS).isNotNull()) : both)
                .select(result(keysOfBoth, "s."));
    }

    private Dataset<Row> perKey(Dataset<Row> source) {
        return source.groupBy(keys().toArray(new Column[0]))
                .agg(functions.count(functions.lit(1)).as(ClassRule.COUNT), firsts());
    }

    /**
     * The side of a source that tells its changes: one row for each key that changed, with {@link ClassRule#COUNT} and {@link
     * ClassRule#BEFORE}.
     *
     * @param now keys and hashes of the rows that changed and are there, as {@link #keyed} gives them
     * @param changed all keys that changed, each once and none null, with {@link ClassRule#BEFORE}
     */
    Dataset<Row> ofChanges(Dataset<Row> now, Dataset<Row> changed) {
        List<Column> all = new ArrayList<>(keys());
        all.add(functions
                .coalesce(Columns.named(ClassRule.COUNT), functions.lit(0L))
                .as(ClassRule.COUNT));
        keysAndHashes().stream().skip(ids.size()).map(Columns::named).forEach(all::add);
        all.add(Columns.named(ClassRule.BEFORE));
        return changed.join(perKey(now), ids.toArray(String[]::new), "left").select(all.toArray(new Column[0]));
    }

    /** Keys and hashes of the rows to embed, of those that {@link #compare} gives. */
    static Dataset<Row> toEmbed(Dataset<Row> classes) {
        return classes.where(Columns.named(CLASS).isin(NEW.key(), CHANGED.key()))
                .drop(CLASS);
    }

    /**
     * What is known of the texts of rows to embed.
     *
     * @param wanted as {@link #toEmbed} gives them
     */
    Repartitioning.Known known(Dataset<Row> wanted) {
        Column[] texts = Stream.iterate(0, i -> i < hashes(), i -> i + 2)
                .map(i -> Columns.named(ClassRule.hash(i)))
                .toArray(Column[]::new);
        Row known = wanted.groupBy(texts)
                .count()
                .agg(functions.sum("count"), functions.count("count"), functions.max("count"))
                .head();
        return known.isNullAt(0)
                ? Repartitioning.Known.rows(0)
                : new Repartitioning.Known(known.getLong(0), known.getLong(1), known.getLong(2));
    }

    private Column[] firsts() {
        return keysAndHashes().stream()
                .skip(ids.size())
                .map(name -> functions.first(Columns.named(name)).as(name))
                .toArray(Column[]::new);
    }

    private Column[] result(List<Column> keys, String side) {
        List<Column> result = new ArrayList<>(keys);
        keysAndHashes().stream()
                .skip(ids.size())
                .map(name -> functions.col(side + name))
                .forEach(result::add);
        result.add(Columns.named(CLASS));
        return result.toArray(new Column[0]);
    }

    /** One row for each key of the target; of a document in chunks, whether all of its chunks say the same. */
    private Dataset<Row> there(Dataset<Row> rows, Missing missing) {
        List<Column> selected = new ArrayList<>(keys());
        state.compared().forEach(name -> selected.add(Columns.named(name)));
        Column flagged = missing.flags() ? Columns.named(state.deletedAt()).isNotNull() : functions.lit(false);
        selected.add(flagged.as(ClassRule.FLAGGED));
        selected.add(functions
                .coalesce(missing.within().map(functions::expr).orElse(functions.lit(true)), functions.lit(false))
                .as(ClassRule.IN_SCOPE));
        List<Column> aggregates = new ArrayList<>();
        for (String name : state.compared()) {
            Column column = Columns.named(name);
            boolean isWhole = !state.vectors().chunked();
            // Chunks that do not say the same are those of a run that was killed between two of them.
            Column one = isWhole
                    ? functions.first(column)
                    : functions.when(
                            functions
                                    .min(column)
                                    .equalTo(functions.max(column))
                                    .and(functions.count(column).equalTo(functions.count(functions.lit(1)))),
                            functions.min(column));
            aggregates.add(one.as(name));
        }
        aggregates.add(functions.max(Columns.named(ClassRule.FLAGGED)).as(ClassRule.FLAGGED));
        aggregates.add(functions.max(Columns.named(ClassRule.IN_SCOPE)).as(ClassRule.IN_SCOPE));
        return rows.select(selected.toArray(new Column[0]))
                .groupBy(keys().toArray(new Column[0]))
                .agg(functions.count(functions.lit(1)).as(ClassRule.COUNT), aggregates.toArray(new Column[0]));
    }

    /** How many keys there are of each class, and one of them as people read it. */
    Dataset<Row> counted(Dataset<Row> classes) {
        return classes.groupBy(Columns.named(CLASS))
                .agg(functions.count(functions.lit(1)).cast(DataTypes.LongType), functions.min(IdColumns.text(ids)));
    }
}
