/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.EmbarkException;
import io.embark.job.sink.Changes;
import io.embark.job.sink.Partitions;
import io.embark.job.sink.Refreshing;
import io.embark.job.table.Answer;
import io.embark.job.table.Columns;
import io.embark.job.table.SparkCall;
import io.embark.job.table.TableLabels;
import io.embark.job.table.TablePin;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A table of Delta Lake or Iceberg that is brought up to date: its rows are read at one version, and all changes come in one
 * commit, by {@code MERGE}. Both formats hold a commit only against those since the statement began to read, so the version is
 * held against the one that was read right before.
 */
final class CatalogRefresh implements Refreshing {
    private static final Set<String> MERGED = Set.of("delta", "iceberg");

    private final SparkSession spark;
    private final NamedTable table;
    private final CatalogCheck check;
    private final Optional<String> asked;
    private final CommitNote note;

    /** What the table was when it was read; null before. */
    private TablePin seen;

    /** @param asked the format that a new table is asked to have */
    CatalogRefresh(SparkSession spark, NamedTable table, CatalogCheck check, Optional<String> asked) {
        this.spark = spark;
        this.table = table;
        this.check = check;
        this.asked = asked;
        this.note = new CommitNote(table);
    }

    /**
     * Whether a table can be brought up to date.
     *
     * @param there the table that exists
     * @param asked the format that a new one is asked to have
     */
    static boolean takes(NamedTable table, Optional<Table> there, Optional<String> asked) {
        return table.format(there, asked)
                .map(Columns::lower)
                .filter(MERGED::contains)
                .isPresent();
    }

    @Override
    public Optional<Dataset<Row>> there() {
        Optional<Table> found = table.findAnew();
        found.ifPresent(there -> IcebergTables.requireSerializable(table.output(), there));
        Optional<Dataset<Row>> rows = found.map(there -> read());
        seen = rows.flatMap(TablePin::of).orElse(null);
        return seen == null ? rows : Optional.of(seen.rows());
    }

    private Dataset<Row> read() {
        return SparkCall.translate(
                () -> TableLabels.labelled(spark.table(table.sql())),
                e -> CatalogErrors.cannotBeLookedUp(
                        table.output(), table.catalog().name(), e));
    }

    /** Delta Lake keeps the values of partitions as names of folders do; Iceberg keeps them as they are. */
    @Override
    public Column keyAsThere(String key, Column value) {
        return Partitions.inAName(check.partitionsOfDelta(), key, value);
    }

    @Override
    public boolean keepsVersions() {
        return true;
    }

    @Override
    public Optional<String> version() {
        return Optional.ofNullable(seen).map(TablePin::version);
    }

    @Override
    public void remember(Optional<String> json) {
        note.write(json);
    }

    @Override
    public Answer<String> remembered() {
        return seen == null ? Answer.none("") : note.read(seen.version());
    }

    /** Makes the table, with what its first commit is to carry. */
    void create(SparkCall.Action write) throws Exception {
        note.during(write, table.format(Optional.empty(), asked), CommitNote.NOTHING);
    }

    @Override
    public boolean takesRowsAsTheyCome() {
        return false;
    }

    @Override
    public boolean apply(Changes changes, Runnable beforeTheyAreSeen) {
        try {
            ChangeKinds kinds = ChangeKinds.of(changes);
            return kinds.actions().isEmpty() || apply(changes, kinds, beforeTheyAreSeen);
        } catch (EmbarkException e) {
            throw e;
        } catch (Exception e) {
            if (Conflict.leavesDoubt(e) || Conflict.in(e).isEmpty()) {
                throw CatalogErrors.unchecked(e);
            }
            return false;
        }
    }

    private boolean apply(Changes changes, ChangeKinds kinds, Runnable whenWritten) throws Exception {
        Optional<Table> found = table.findAnew();
        if (found.isEmpty() || isAnother()) {
            return false;
        }
        StructType schema = changes.schema();
        check.requireSameVectors(found.get(), schema);
        if (!prepare(found.get(), schema)) {
            return false;
        }
        Table ready = table.findAnew().orElseThrow();
        Changes spelled = spelled(changes, ready);
        note.during(
                () -> merge(spelled, kinds),
                table.format(Optional.of(ready), Optional.empty()),
                version().orElse(""));
        // The commit is the table's own affair: nobody is let in before it.
        whenWritten.run();
        new StandingLabels(table).require(schema);
        goOn();
        return true;
    }

    private boolean isAnother() {
        return seen != null
                && TablePin.of(read())
                        .filter(now -> now.version().equals(seen.version()))
                        .isEmpty();
    }

    /** Our own commit is no other writer's: more changes may follow it, if it is the only one since. */
    private boolean goOn() {
        if (seen == null) {
            return true;
        }
        // Iceberg makes no version of a table that only gets a column or a property.
        Optional<TablePin> ours =
                TablePin.of(read()).filter(now -> now.version().equals(seen.version()) || now.follows(seen));
        ours.ifPresent(now -> seen = now);
        return ours.isPresent();
    }

    /**
     * Adds columns that the table lacks, and says of columns without vectors which model theirs will come from.
     *
     * @return false if more than that has happened to the table meanwhile; what was prepared stays
     */
    private boolean prepare(Table there, StructType schema) throws Exception {
        boolean isOurs = !CatalogWrite.addColumns(table, there, schema) || goOn();
        Map<String, String> labels =
                TableLabels.properties(new StructType(unlabelled(there, schema).toArray(StructField[]::new)));
        if (labels.isEmpty() || !table.keepsProperties()) {
            return isOurs;
        }
        table.change(labels, Set.of());
        return goOn() && isOurs;
    }

    private List<StructField> unlabelled(Table there, StructType schema) {
        Map<String, StructField> known = Columns.byName(CatalogWrite.labelled(there));
        return EmbeddingMetadata.columns(schema).stream()
                .filter(column -> {
                    StructField old = known.get(Columns.lower(column.name()));
                    return old != null
                            && EmbeddingMetadata.of(old).isEmpty()
                            && TableLabels.unsettled(old).isEmpty()
                            && read().where(Columns.named(old.name()).isNotNull())
                                    .isEmpty();
                })
                .toList();
    }

    private void merge(Changes changes, ChangeKinds kinds) throws Exception {
        String view = "embark_changes_" + UUID.randomUUID().toString().replace("-", "");
        MergeStatement statement = new MergeStatement(table.sql(), view, changes, kinds);
        if (statement.isNothing()) {
            return;
        }
        changes.rows().createOrReplaceTempView(view);
        try {
            spark.sql(statement.sql());
        } finally {
            spark.catalog().dropTempView(view);
        }
    }

    /** The changes with their columns called as the table calls them. */
    private static Changes spelled(Changes changes, Table there) {
        Dataset<Row> rows = CatalogWrite.spelled(changes.rows(), there);
        return new Changes(
                rows, spelled(changes.keys(), rows), spelled(changes.kept(), rows), spelled(changes.mark(), rows));
    }

    private static List<String> spelled(List<String> names, Dataset<Row> rows) {
        return Arrays.stream(rows.columns())
                .filter(column -> names.stream().anyMatch(column::equalsIgnoreCase))
                .toList();
    }
}
