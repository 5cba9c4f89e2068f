/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import io.embark.job.guard.DatabaseInput;
import io.embark.job.sink.Capability;
import io.embark.job.sink.PlaceHold;
import io.embark.job.sink.store.Store;
import io.embark.job.sink.store.StoreConnector;
import io.embark.job.sink.store.StoreTable;
import io.embark.job.sink.store.StoreWrite;
import io.embark.job.table.Columns;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** A table of PostgreSQL. */
final class PostgresStore implements Store {
    private final PostgresOptions options;

    /** That of the turn that this run has. */
    private PostgresFence fence = PostgresFence.NONE;

    PostgresStore(PostgresOptions options) {
        this.options = options;
    }

    @Override
    public String description() {
        return options.toString();
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(
                Capability.CREATES,
                Capability.APPENDS,
                Capability.REPLACES_AT_ONCE,
                Capability.UPDATES_BY_KEY,
                Capability.DELETES_BY_KEY,
                Capability.KEEPS_TYPES,
                Capability.READS_BACK);
    }

    @Override
    public void check(StoreTable table) {
        try (Connection connection = options.connect()) {
            new PostgresCheck(options, table).run(connection);
        } catch (SQLException e) {
            throw PostgresErrors.cannotBeChecked(options.output(), e);
        }
    }

    @Override
    public Set<String> columns() {
        return find().stream()
                .flatMap(table -> table.columns().stream())
                .map(column -> Columns.lower(column.name()))
                .collect(Collectors.toSet());
    }

    @Override
    public void requireWhole(Dataset<Row> source) {
        DatabaseInput.requireWhole(
                options.output(), options.url(), options.table().table(), source);
    }

    @Override
    public Map<String, UnaryOperator<Column>> sameKeys(StoreTable table) {
        Map<String, UnaryOperator<Column>> same = new HashMap<>();
        find().ifPresent(found -> table.keys().forEach(key -> found.column(key)
                .flatMap(column -> new PostgresKey(column).same())
                .ifPresent(operator -> same.put(key, operator))));
        return same;
    }

    private Optional<PostgresTable> find() {
        try (Connection connection = options.connect()) {
            return PostgresTable.find(connection, options.table());
        } catch (SQLException e) {
            throw PostgresErrors.cannotBeChecked(options.output(), e);
        }
    }

    @Override
    public StoreWrite begin(StoreTable table) {
        try {
            return PostgresWrite.begin(options, table, fence);
        } catch (SQLException e) {
            throw PostgresErrors.cannotBeMade(options.output(), e);
        }
    }

    @Override
    public Dataset<Row> read(SparkSession spark, StructType schema) {
        PostgresTable table = find().orElseThrow(() -> PostgresErrors.isGone(options.output()));
        return new PostgresReading(options, table).read(spark, schema);
    }

    @Override
    public Optional<Dataset<Row>> there(SparkSession spark, List<String> keys) {
        return find().map(table -> {
            if (!table.isTable()) {
                throw PostgresErrors.isNoTable(options.output());
            }
            return new PostgresReading(options, table).all(spark);
        });
    }

    @Override
    public boolean keepsBytes() {
        return true;
    }

    @Override
    public Map<String, UnaryOperator<Column>> shownKeys() {
        Map<String, UnaryOperator<Column>> shown = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        find().ifPresent(table -> table.columns()
                .forEach(column ->
                        new PostgresKey(column).shown().ifPresent(operator -> shown.put(column.name(), operator))));
        return shown;
    }

    @Override
    public PlaceHold hold() {
        try {
            Optional<PostgresTurn> turn = PostgresTurn.take(options);
            fence = turn.map(PostgresTurn::fence).orElse(PostgresFence.NONE);
            return turn.<PlaceHold>map(taken -> taken).orElse(PlaceHold.NONE);
        } catch (SQLException e) {
            throw PostgresErrors.cannotBeChecked(options.output(), e);
        }
    }

    @Override
    public StoreConnector changing(StoreTable table) {
        PostgresTable found = find().orElseThrow(() -> PostgresErrors.isGone(options.output()));
        for (StructField field : table.schema().fields()) {
            PostgresColumn column = found.column(field.name())
                    .orElseThrow(() -> PostgresErrors.hasNoColumn(
                            options.output(),
                            found,
                            field,
                            PostgresType.created(field.dataType()).orElse("text")));
            if (!PostgresType.holds(column, field.dataType())) {
                throw PostgresErrors.otherType(
                        options.output(), column, field.dataType().simpleString());
            }
        }
        return new PostgresConnector(options, found.name(), PostgresRows.of(table, found), fence);
    }

    @Override
    public List<String> searchWords() {
        return options.searchWords();
    }
}
