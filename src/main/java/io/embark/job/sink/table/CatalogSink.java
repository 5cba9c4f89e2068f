/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.EmbarkException;
import io.embark.job.sink.Capability;
import io.embark.job.sink.OutputErrors;
import io.embark.job.sink.RangesRecord;
import io.embark.job.sink.Refreshing;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.source.Source;
import io.embark.job.table.SparkCall;
import io.embark.job.table.TableLabels;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.types.StructType;

/**
 * A table of any catalog, or of Delta Lake by its path, whose format commits by itself: the run creates it with its rows, adds
 * a commit, or makes its rows those of the newest version. The table itself is never replaced, so that its history, properties,
 * constraints and grants stay.
 */
final class CatalogSink implements Sink {
    private final SparkSession spark;
    private final String reference;
    private final Optional<String> path;
    private final SinkRequest request;
    private final CatalogMode mode;
    private final NamedTable table;
    private final String output;
    private final CatalogCheck check;
    private final Optional<CatalogRefresh> refreshing;

    /** The table that the run found. */
    private final Optional<Table> found;

    /** The version that it had then, whose rows are all that the run may replace; a table of Iceberg follows its catalog. */
    private final Optional<String> version;

    /**
     * @param table what is written, whether it exists or not
     * @param found the table that exists
     */
    CatalogSink(SparkSession spark, NamedTable table, Optional<Table> found, SinkRequest request) {
        this.spark = spark;
        this.table = table;
        this.output = table.output();
        this.path = request.path();
        this.reference = request.table()
                .orElseGet(() -> "delta.`%s`".formatted(table.identifier().name()));
        this.request = request;
        this.mode = new CatalogMode(spark, request);
        this.found = found;
        this.check = new CatalogCheck(spark, table, request);
        this.refreshing = CatalogRefresh.takes(table, found, request.format())
                ? Optional.of(new CatalogRefresh(spark, table, check, request.format()))
                : Optional.empty();
        this.version = found.flatMap(there -> TableLabels.version(there.properties()));
    }

    @Override
    public void check(StructType schema, Source source) {
        check.check(found, schema, source);
    }

    @Override
    public void write(Dataset<Row> rows, Runnable beforeTheyAreSeen) {
        try {
            Optional<Table> there = table.find();
            Dataset<Row> spelled =
                    there.map(old -> CatalogWrite.spelled(rows, old)).orElse(rows);
            // The commit is the table's own affair: nobody is let in before it.
            write(new CatalogWrite(table, spelled, mode, version, beforeTheyAreSeen), there, spelled.schema());
        } catch (EmbarkException e) {
            throw e;
        } catch (Exception e) {
            throw Conflict.in(e)
                    .<RuntimeException>map(lost -> CatalogErrors.lostAgainstAnother(output, lost))
                    .orElseGet(() -> CatalogErrors.unchecked(e));
        }
    }

    private void write(CatalogWrite write, Optional<Table> there, StructType schema) throws Exception {
        if (there.isEmpty()) {
            SparkCall.Action create = () -> write.create(request.format(), request.partitionBy());
            if (refreshing.isPresent()) {
                refreshing.get().create(create);
            } else {
                create.run();
            }
            return;
        }
        switch (request.mode()) {
            case ERROR -> throw OutputErrors.existsByNow(output, path.isPresent() ? "--output" : "--output-table");
            case APPEND -> write.append(there.get());
            case OVERWRITE -> overwrite(write, there.get());
        }
        new StandingLabels(table).require(schema);
    }

    private void overwrite(CatalogWrite write, Table there) throws Exception {
        if (!table.keepsVersions(Optional.of(there))) {
            throw table.isNotReplacedAtOnce();
        }
        if (mode.replacesPartitions(there)) {
            write.overwritePartitions(there);
        } else if (mode.replacesSome(there)) {
            write.overwriteChosen(there);
        } else {
            write.overwrite(there);
        }
    }

    @Override
    public Dataset<Row> read(StructType schema) {
        return TableLabels.labelled(spark.table(table.sql()));
    }

    @Override
    public boolean holdsThisRunAlone() {
        return found.map(mode::replacesAll).orElse(true);
    }

    @Override
    public Optional<String> recordedRanges() {
        return request.mode() == WriteMode.APPEND
                ? found.map(CatalogWrite::labelled).flatMap(RangesRecord::of)
                : Optional.empty();
    }

    @Override
    public Optional<String> folder() {
        return path;
    }

    @Override
    public Optional<String> rangesFile() {
        return Optional.empty();
    }

    @Override
    public String reference() {
        return reference;
    }

    @Override
    public boolean commitsByItself() {
        return true;
    }

    @Override
    public Set<Capability> capabilities() {
        Set<Capability> all = EnumSet.of(Capability.CREATES, Capability.APPENDS, Capability.READS_BACK);
        if (table.keepsProperties()) {
            all.add(Capability.KEEPS_METADATA);
            all.add(Capability.KEEPS_TYPES);
        }
        if (table.keepsVersions(found)) {
            all.add(Capability.REPLACES_AT_ONCE);
            all.add(Capability.ALL_OR_NOTHING);
        }
        return all;
    }

    @Override
    public Optional<Refreshing> refreshing() {
        return refreshing.map(place -> place);
    }

    @Override
    public Optional<String> note() {
        if (request.mode() == WriteMode.APPEND && found.isPresent() && !table.keepsVersions(found)) {
            return Optional.of(
                    "catalog %s may add the rows bit by bit: a run that fails or is killed may leave a part of them, and the next run adds it again"
                            .formatted(table.catalog().name()));
        }
        return table.isMadeWithItsRows() || found.isPresent()
                ? Optional.empty()
                : Optional.of(
                        "catalog %s makes the table first and fills it then: a run that is killed leaves a part of it, or an empty one"
                                .formatted(table.catalog().name()));
    }

    @Override
    public String description() {
        String name = path.map("folder %s"::formatted).orElseGet(() -> "table " + reference);
        return request.format().map(format -> "%s (%s)".formatted(name, format)).orElse(name);
    }
}
