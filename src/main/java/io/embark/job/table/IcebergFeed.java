/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.execution.datasources.v2.DataSourceV2Relation;

/**
 * The changelog of a table of Iceberg. It is made of the files that commits added and removed, so it knows no delete files; and a
 * file that was written anew for the sake of one row comes with all of its rows, before and after.
 *
 * @param relation a relation that is held at a version
 * @param table the id in its metadata
 * @param columns the id of its schema, whatever the version
 * @param at the version that is read
 */
record IcebergFeed(SparkSession spark, DataSourceV2Relation relation, String table, String columns, long at)
        implements ChangeFeed {
    private static final String OF_PATHS = "PathIdentifier";

    static Optional<ChangeFeed> of(SparkSession spark, DataSourceV2Relation relation) {
        try {
            Optional<Long> at = TableVersions.heldAt(relation);
            if (at.isEmpty()
                    || relation.identifier().isEmpty()
                    || relation.catalog().isEmpty()) {
                return Optional.empty();
            }
            Table table = relation.table();
            Object own = IcebergClasses.call(table, "table").orElseThrow();
            Object id = IcebergClasses.method(table, "Table", "uuid").invoke(own);
            Object schema = IcebergClasses.method(table, "Table", "schema").invoke(own);
            Object columns = IcebergClasses.method(table, "Schema", "schemaId").invoke(schema);
            return Optional.of(new IcebergFeed(spark, relation, id.toString(), columns.toString(), at.get()));
        } catch (ReflectiveOperationException e) {
            return Optional.empty();
        }
    }

    @Override
    public Optional<TableVersion> version() {
        return Optional.of(new TableVersion(TableVersion.ICEBERG, table, Long.toString(at), columns, ""));
    }

    /** Looks at each snapshot between both, of which one in doubt is enough. */
    @Override
    public Answer<Dataset<Row>> since(TableVersion before) {
        long from = Long.parseLong(before.version());
        long size = 0;
        long read = 0;
        Optional<Long> next = Optional.of(at);
        while (next.isPresent()) {
            long id = next.get();
            Optional<IcebergSnapshot> found = IcebergSnapshot.of(relation.table(), id);
            if (found.isEmpty()) {
                return Answer.none("its snapshots since %s are gone".formatted(from));
            }
            IcebergSnapshot snapshot = found.get();
            if (snapshot.number("total-delete-files").orElse(1L) > 0) {
                return Answer.none("its snapshot %s has delete files, of which no changelog tells".formatted(id));
            }
            size = id == at ? snapshot.number("total-files-size").orElse(0L) : size;
            if (id == from) {
                return read > size
                        ? Answer.none("more of it was written anew since snapshot %s than it holds".formatted(from))
                        : Answer.of(changelog(from));
            }
            if (!snapshot.keepsRows()) {
                read += snapshot.number("added-files-size").orElse(0L)
                        + snapshot.number("removed-files-size").orElse(0L);
            }
            next = snapshot.parent();
        }
        return Answer.none("it does not follow snapshot %s, which the output is of".formatted(from));
    }

    private Dataset<Row> changelog(long from) {
        DataFrameReader reader = spark.read().option("start-snapshot-id", from).option("end-snapshot-id", at);
        Identifier name = relation.identifier().get();
        if (name.getClass().getSimpleName().equals(OF_PATHS)) {
            return reader.format("iceberg").load(name.name() + "#changes");
        }
        String table = Stream.concat(
                        Stream.of(relation.catalog().get().name()),
                        Stream.concat(Stream.of(name.namespace()), Stream.of(name.name(), "changes")))
                .map(part -> "`" + part.replace("`", "``") + "`")
                .collect(Collectors.joining("."));
        return reader.table(table);
    }

    @Override
    public String kind() {
        return "_change_type";
    }

    @Override
    public String commit() {
        return "_change_ordinal";
    }
}
