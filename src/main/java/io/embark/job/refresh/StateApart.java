/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.EmbedOptions;
import io.embark.LongText;
import io.embark.base.Redaction;
import io.embark.job.embed.EmbedCall;
import io.embark.job.embed.RequestedTables;
import io.embark.job.embed.VectorColumns;
import io.embark.job.settings.Deleted;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.NewColumns;
import io.embark.job.settings.Settings;
import io.embark.job.sink.Capability;
import io.embark.job.sink.Changes;
import io.embark.job.sink.OutputErrors;
import io.embark.job.sink.PlaceHold;
import io.embark.job.sink.Refreshing;
import io.embark.job.sink.Sink;
import io.embark.job.source.Source;
import io.embark.job.table.Columns;
import io.embark.job.table.Failures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A place that cannot be asked what is there, such as the index of a search engine behind its connector, with a folder or table
 * beside it that keeps what a refresh compares: keys, vectors and their state. The place puts a row in the place of the one with
 * its key, by options of its own. It takes whole rows; of one that differs in other columns only, the vector comes from the state.
 *
 * <p>Before rows are written, the state forgets that it knows what the place has of them, and it is committed once the place has taken
 * them: what a run that is killed in between has written there, the next one writes again, with vectors of stage or state. Each row of the state names the output that it was written to, so that the rows of another
 * one are written anew, with the vectors that are known.
 */
final class StateApart implements Refreshing {
    /** The column of the state that names the output. */
    static final String OUTPUT = "embark_output";

    private static final Logger LOG = LoggerFactory.getLogger(StateApart.class);

    private final SparkSession spark;
    private final Settings settings;
    private final Sink output;
    private final Sink state;
    private final Refreshing kept;
    private final List<String> ids;
    private final VectorColumns vectors;
    private List<String> stateNames = List.of();

    /** The rows of the state, as they were compared. */
    private Optional<Dataset<Row>> there = Optional.empty();

    private boolean isEmptied;

    private StateApart(EmbedCall call, Settings settings, Sink output, Sink state) {
        this.spark = call.spark();
        this.settings = settings;
        this.ids = call.ids();
        this.vectors = call.columns();
        this.output = output;
        this.state = state;
        this.kept = state.refreshing().orElseThrow(() -> RefreshErrors.cannotKeepState(state.description()));
    }

    /**
     * Of the settings of a run that names a state.
     *
     * @param output the place that rows are added to
     */
    static StateApart of(EmbedCall call, Settings settings, Sink output) {
        if (output.refreshing().isPresent()) {
            throw RefreshErrors.keepsItsState(output.description());
        }
        if (!output.can(Capability.MAY_UPDATE_BY_KEY)) {
            throw RefreshErrors.hasNoKeys(output.description());
        }
        return new StateApart(call, settings, output, RequestedTables.state(call.spark(), settings));
    }

    /** Refuses what such a place cannot do. */
    static void requireOptionsGoTogether(Settings settings) {
        if (settings.get(JobSettings.DELETED) != Deleted.KEEP) {
            throw RefreshErrors.doesNotGoWithState(
                    JobSettings.DELETED.key(), "Rows cannot be marked in the output, or taken out of it.");
        }
        if (settings.isOn(JobSettings.ADOPT)) {
            throw RefreshErrors.doesNotGoWithState(
                    JobSettings.ADOPT.key(), "The texts that stand in the output cannot be read.");
        }
        if (settings.get(JobSettings.NEW_COLUMNS) == NewColumns.ADD) {
            throw RefreshErrors.doesNotGoWithState(
                    JobSettings.NEW_COLUMNS.key(), "Whole rows are written: the output has the columns of the source.");
        }
        if (settings.embedOptions().get(EmbedOptions.LONG_TEXT) == LongText.CHUNKS) {
            throw RefreshErrors.doesNotGoWithState(
                    EmbedOptions.LONG_TEXT.key(),
                    "A document that has fewer chunks than before would leave the others in the output.");
        }
    }

    /** What keeps the state. */
    Sink keeper() {
        return state;
    }

    /**
     * Checks, before anything is computed, that the state can be written.
     *
     * @param written the columns of the rows that are written
     */
    void check(StateColumns columns, StructType written, Source source) {
        stateNames = columns.names();
        StructField[] fields = Arrays.stream(columns.addedTo(written).fields())
                .filter(field -> isKept(field.name()))
                .toArray(StructField[]::new);
        state.check(new StructType(fields).add(OUTPUT, DataTypes.StringType, true), source);
    }

    /** Whether a column stands in the state. */
    private boolean isKept(String name) {
        return ids.contains(name) || vectors.added().contains(name) || stateNames.contains(name);
    }

    /** What people should know before rows are compared. */
    Optional<String> note() {
        if (there.isEmpty()) {
            return Optional.empty();
        }
        String what = isEmptied ? "%s is empty" : "%s is not the output that the state was kept for";
        boolean isOther =
                !there.get().where(Columns.named(OUTPUT).notEqual(identity())).isEmpty();
        return isEmptied || isOther
                ? Optional.of((what + ": its rows are written anew, with the vectors that are known")
                        .formatted(output.description()))
                : Optional.empty();
    }

    private Column isElsewhere() {
        return functions.not(Columns.named(OUTPUT).eqNullSafe(identity()));
    }

    @Override
    public Optional<Dataset<Row>> there() {
        there = kept.there();
        there.filter(rows -> !Columns.byName(rows.schema()).containsKey(OUTPUT)).ifPresent(rows -> {
            throw RefreshErrors.isNoState(state.description(), OUTPUT);
        });
        isEmptied = there.isPresent() && showsThatItIsEmpty();
        return there.map(this::asOfThisOutput);
    }

    /** Rows that are not in this output, or not any more, differ in their other columns: they are written to it. */
    private Dataset<Row> asOfThisOutput(Dataset<Row> rows) {
        Column isHere = isEmptied ? functions.lit(false) : functions.not(isElsewhere());
        Set<String> names = Columns.byName(rows.schema()).keySet();
        Dataset<Row> all = rows;
        for (String vector : vectors.byText().values()) {
            String hash = StateColumns.rowHash(vector);
            if (names.contains(Columns.lower(hash))) {
                all = all.withColumn(hash, functions.when(isHere, Columns.named(hash)));
            }
        }
        return all.drop(OUTPUT);
    }

    /** Whether the place shows that nothing is there; of most it cannot be told. */
    private boolean showsThatItIsEmpty() {
        if (!output.can(Capability.READS_BACK)) {
            return false;
        }
        try {
            return output.read(new StructType()).isEmpty();
        } catch (Exception e) {
            // Spark throws checked exceptions without declaring them, and a data source what it likes.
            LOG.debug("{} cannot be read: {}", output.description(), Failures.rootLine(e));
            return settings.find(JobSettings.OUTPUT)
                    .filter(name -> name.contains("/"))
                    .map(this::isGone)
                    .orElse(false);
        }
    }

    private boolean isGone(String folder) {
        try {
            Path path = new Path(folder);
            FileSystem files = path.getFileSystem(spark.sessionState().newHadoopConf());
            // What a data source takes for a path may be the name of an index.
            return path.getParent() != null && files.exists(path.getParent()) && !files.exists(path);
        } catch (Exception e) {
            LOG.debug("{} is no path: {}", folder, e.toString());
            return false;
        }
    }

    /** The output by all that names it but for secrets: an option more may name another one. */
    String identity() {
        Map<String, String> options = new TreeMap<>();
        settings.entries(JobSettings.SINK_OPTION).forEach((name, value) -> {
            if (!Redaction.isSecret(name)) {
                options.put(name, Redaction.text(value));
            }
        });
        return "%s %s".formatted(Redaction.text(output.description()), options);
    }

    @Override
    public boolean takesRowsAsTheyCome() {
        return false;
    }

    @Override
    public boolean keepsBytes() {
        return kept.keepsBytes();
    }

    @Override
    public Column keyAsThere(String key, Column value) {
        return kept.keyAsThere(key, value);
    }

    @Override
    public boolean isAsCompared() {
        return kept.isAsCompared();
    }

    @Override
    public PlaceHold hold() {
        return kept.hold();
    }

    /**
     * Writes whole rows to the output, and makes their state the only one.
     *
     * @param rows all columns with those of state, the same at each read
     */
    void replace(Dataset<Row> rows, Runnable before) {
        if (there.isPresent() && !forget(functions.lit(true), Optional.empty())) {
            throw OutputErrors.changedMeanwhile(state.description());
        }
        output.write(outOf(rows), before);
        state.write(stateOf(rows));
    }

    @Override
    public boolean apply(Changes changes, Runnable beforeTheyAreSeen) {
        Dataset<Row> rows = changes.of(Changes.PUT).union(updated(changes));
        Column isUncertain =
                isEmptied ? functions.lit(true) : Columns.named(OUTPUT).notEqual(identity());
        if (!forget(isUncertain, Optional.of(rows.select(keys())))) {
            return false;
        }
        output.write(outOf(rows), beforeTheyAreSeen);
        Dataset<Row> puts = stateOf(rows).withColumn(Changes.ACTION, functions.lit(Changes.PUT));
        return kept.apply(new Changes(puts, changes.keys(), List.of(), List.of(), changes.most()), () -> {});
    }

    /**
     * Says in the state of rows that nobody knows whether they are in the output, before others take their place there: what a run
     * that is killed meanwhile has written is written again by the next one.
     *
     * @param isUncertain of which rows of the state this is so in any case
     * @param keys of which others
     * @return false if another writer of the state was quicker
     */
    private boolean forget(Column isUncertain, Optional<Dataset<Row>> keys) {
        Dataset<Row> known = there.orElseThrow().where(Columns.named(OUTPUT).isNotNull());
        String[] names = ids.toArray(String[]::new);
        Dataset<Row> all = known.where(isUncertain).select(keys());
        Dataset<Row> forgotten = keys.map(
                        written -> all.union(known.select(keys()).join(written, names, "left_semi"))
                                .distinct())
                .orElse(all);
        if (forgotten.isEmpty()) {
            return true;
        }
        StructType schema = there.get().schema();
        Dataset<Row> marks = Columns.filled(forgotten, schema)
                .select(Arrays.stream(schema.fields())
                        .map(field -> Columns.named(field.name()).as(field.name(), field.metadata()))
                        .toArray(Column[]::new))
                .withColumn(Changes.ACTION, functions.lit(Changes.MARK));
        // All but what is marked stays as it is.
        boolean done = kept.apply(new Changes(marks, ids, List.of(), List.of(OUTPUT)), () -> {});
        there = kept.there();
        return done;
    }

    private Column[] keys() {
        return ids.stream().map(Columns::named).toArray(Column[]::new);
    }

    /** Whole rows of those that keep their vectors. They are read once: output and state are to hold the same. */
    private Dataset<Row> updated(Changes changes) {
        Set<String> texts = vectors.byText().keySet();
        List<String> known =
                changes.kept().stream().filter(name -> !texts.contains(name)).toList();
        List<Column> ofState = new ArrayList<>();
        ids.forEach(id -> ofState.add(Columns.named(id)));
        known.forEach(name -> ofState.add(Columns.named(name)));
        return changes.of(Changes.UPDATE)
                .drop(known.toArray(String[]::new))
                .join(there.orElseThrow().select(ofState.toArray(Column[]::new)), ids.toArray(String[]::new), "inner")
                .select(Arrays.stream(changes.schema().fields())
                        .map(field -> Columns.named(field.name()).as(field.name(), field.metadata()))
                        .toArray(Column[]::new))
                .localCheckpoint();
    }

    private Dataset<Row> outOf(Dataset<Row> rows) {
        return rows.drop(stateNames.toArray(String[]::new));
    }

    private Dataset<Row> stateOf(Dataset<Row> rows) {
        return rows.select(Arrays.stream(rows.columns())
                        .filter(this::isKept)
                        .map(Columns::named)
                        .toArray(Column[]::new))
                .withColumn(OUTPUT, functions.lit(identity()));
    }
}
