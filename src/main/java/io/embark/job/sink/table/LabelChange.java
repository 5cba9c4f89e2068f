/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.job.table.TableLabels;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The properties that tell the model of some columns become those of the rows that a run puts into a table. The run announces
 * it under its own name and takes the place of whoever announced before. A run that finds another's name in the end cannot
 * know whose rows were committed last, and leaves the columns in doubt rather than with a label that may be wrong.
 */
final class LabelChange {
    private static final Logger LOG = LoggerFactory.getLogger(LabelChange.class);

    /** What may fail in any way. */
    interface Commit {
        void run() throws Exception;
    }

    private final String run = UUID.randomUUID().toString();
    private final NamedTable table;
    private final Table before;
    private final List<StructField> columns;

    private LabelChange(NamedTable table, Table before, List<StructField> columns) {
        this.table = table;
        this.before = before;
        this.columns = columns;
    }

    /** @param columns of the rows, which say which model their vectors come from */
    static LabelChange announce(NamedTable table, Table before, List<StructField> columns) {
        LabelChange change = new LabelChange(table, before, columns);
        try {
            change.announce(before);
        } catch (Exception e) {
            throw CatalogErrors.noPropertiesToLabel(
                    table.output(), table.catalog().name(), e);
        }
        return change;
    }

    private void announce(Table there) throws Exception {
        Map<String, String> announced = new LinkedHashMap<>();
        for (StructField column : columns) {
            EmbeddingMetadata by = EmbeddingMetadata.of(column).orElseThrow();
            announced.putAll(TableLabels.announcing(by, run, column.name(), there.properties()));
        }
        table.change(announced, Set.of());
    }

    /** A run that fails leaves the old rows, and takes back what it announced, unless nobody knows what the table holds. */
    void during(Commit write) throws Exception {
        try {
            write.run();
        } catch (Exception e) {
            if (!Conflict.leavesDoubt(e)) {
                takeBack();
            }
            throw e;
        }
    }

    private void takeBack() {
        try {
            boolean isOurs = table.findAnew().filter(this::isAnnounced).isPresent();
            boolean wasSettled =
                    columns.stream().allMatch(column -> TableLabels.isSettled(column.name(), before.properties()));
            if (isOurs && wasSettled) {
                table.change(Map.of(), announcements());
            }
        } catch (Exception e) {
            LOG.warn("Left announced: {}: {}", table.sql(), NamedTable.reason(e));
        }
    }

    /** Says that the rows are of this run. */
    void settle() {
        try {
            Table there = table.findAnew().orElseThrow(() -> new IllegalStateException("it was dropped"));
            if (isAnnounced(there)) {
                table.change(
                        TableLabels.properties(new StructType(columns.toArray(StructField[]::new))), announcements());
                return;
            }
            announce(there);
        } catch (Exception e) {
            throw CatalogErrors.failedInPlace(
                    table.output(), "holds the new rows, but its properties cannot say of which model", e);
        }
        throw CatalogErrors.labelIsInDoubt(table.output(), columns.get(0).name());
    }

    private boolean isAnnounced(Table there) {
        return columns.stream().allMatch(column -> TableLabels.isAnnouncedBy(run, column.name(), there.properties()));
    }

    private List<String> announcements() {
        return columns.stream()
                .flatMap(column -> TableLabels.announcements(column.name()).stream())
                .toList();
    }
}
