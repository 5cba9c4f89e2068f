/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import io.embark.job.guard.DatabaseInput;
import io.embark.job.sink.Capability;
import io.embark.job.sink.VectorType;
import io.embark.job.sink.store.Store;
import io.embark.job.sink.store.StoreTable;
import io.embark.job.sink.store.StoreWrite;
import io.embark.job.table.Columns;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A table of PostgreSQL.
 *
 * @param options where it is
 */
record PostgresStore(PostgresOptions options) implements Store {
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
            return PostgresWrite.begin(options, table);
        } catch (SQLException e) {
            throw PostgresErrors.cannotBeMade(options.output(), e);
        }
    }

    @Override
    public Dataset<Row> read(SparkSession spark, StructType schema) {
        PostgresTable table = find().orElseThrow(() -> PostgresErrors.isGone(options.output()));
        List<String> selected = new ArrayList<>();
        List<Column> cast = new ArrayList<>();
        for (StructField field : schema.fields()) {
            PostgresColumn column = table.column(field.name()).orElseThrow();
            Optional<VectorType> vectors = PostgresType.vectors(column);
            boolean isOfTheExtension = vectors.filter(type -> type == VectorType.VECTOR || type == VectorType.HALFVEC)
                    .isPresent();
            selected.add("%s%s AS %s"
                    .formatted(
                            SqlName.quoted(column.name()),
                            isOfTheExtension ? "::real[]" : "",
                            SqlName.quoted(field.name())));
            boolean isBytes =
                    vectors.filter(type -> type == VectorType.FLOAT16_BYTES).isPresent();
            Column read = Columns.named(field.name());
            cast.add(isBytes ? read : read.cast(nullable(field.dataType())).as(field.name()));
        }
        String query = "SELECT %s FROM %s"
                .formatted(String.join(", ", selected), table.name().sql());
        return spark.read()
                .format("jdbc")
                .options(options.forSpark(query))
                .load()
                .select(cast.toArray(new Column[0]));
    }

    /** Spark's reader does not know that no element is null. */
    private static DataType nullable(DataType type) {
        return type instanceof ArrayType array ? DataTypes.createArrayType(array.elementType()) : type;
    }

    @Override
    public List<String> searchWords() {
        return options.searchWords();
    }
}
