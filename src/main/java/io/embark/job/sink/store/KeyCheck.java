/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.job.table.Columns;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.StructType;

/** Whether the keys of a table name its rows: none is null, each stands in one row. */
final class KeyCheck {
    /** Those whose equal values are equal in every store too. */
    private static final Set<DataType> TYPES = Set.of(
            DataTypes.StringType,
            DataTypes.ByteType,
            DataTypes.ShortType,
            DataTypes.IntegerType,
            DataTypes.LongType,
            DataTypes.BooleanType,
            DataTypes.DateType,
            DataTypes.TimestampType,
            DataTypes.TimestampNTZType);

    private static final String ROWS = "rows";

    private KeyCheck() {}

    /**
     * Checks the types of a key, before any row is read.
     *
     * @throws EmbarkException {@link ErrorCode#COLUMN_INVALID} for a type whose values are no names
     */
    static void requireNames(StructType schema, List<String> keys) {
        for (String key : keys) {
            DataType type = schema.apply(key).dataType();
            if (!TYPES.contains(type) && !(type instanceof DecimalType)) {
                throw StoreErrors.isNoKey(key, type);
            }
        }
    }

    /**
     * Reads the keys, and nothing else, of all rows.
     *
     * @param same what is the same for keys that are one in the store, see {@link Store#sameKeys}
     * @throws EmbarkException {@link ErrorCode#COLUMN_INVALID} if one is null or stands in two rows: which of them a store would
     *     keep depends on which task came last
     */
    static void requireEachOnce(Dataset<Row> rows, List<String> keys, Map<String, UnaryOperator<Column>> same) {
        List<Column> told = keys.stream()
                .map(key -> same.getOrDefault(key, UnaryOperator.identity()).apply(Columns.named(key)))
                .toList();
        List<Column> numbered = new ArrayList<>();
        Column isWrong = functions.col(ROWS).gt(1);
        for (int i = 0; i < keys.size(); i++) {
            numbered.add(told.get(i).as("k" + i));
            isWrong = isWrong.or(functions.col("k" + i).isNull());
        }
        List<Row> wrong = rows.select(numbered.toArray(new Column[0]))
                .groupBy(numberedColumns(keys.size()))
                .agg(functions.count(functions.lit(1)).as(ROWS))
                .where(isWrong)
                .limit(1)
                .collectAsList();
        if (wrong.isEmpty()) {
            return;
        }

        List<Object> key = values(wrong.get(0)).subList(0, keys.size());
        long count = wrong.get(0).getLong(keys.size());
        if (key.contains(null)) {
            throw StoreErrors.keyIsNull(keys.get(key.indexOf(null)), count);
        }
        if (!same.isEmpty()) {
            refuseAlike(rows, keys, told, key);
        }
        throw StoreErrors.keyTwice(keys, key, count);
    }

    /** Names two keys that differ here and are one in the store, if there are. */
    private static void refuseAlike(Dataset<Row> rows, List<String> keys, List<Column> told, List<Object> key) {
        Column isTheOne = IntStream.range(0, keys.size())
                .mapToObj(i -> told.get(i).equalTo(functions.lit(key.get(i))))
                .reduce(Column::and)
                .orElseThrow();
        List<Row> differing = rows.where(isTheOne)
                .select(keys.stream().map(Columns::named).toArray(Column[]::new))
                .distinct()
                .limit(2)
                .collectAsList();
        if (differing.size() == 2) {
            throw StoreErrors.keysAreAlike(keys, values(differing.get(0)), values(differing.get(1)));
        }
    }

    /** All values of a row, in its order. */
    static List<Object> values(Row row) {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < row.size(); i++) {
            values.add(row.get(i));
        }
        return values;
    }

    private static Column[] numberedColumns(int count) {
        Column[] columns = new Column[count];
        for (int i = 0; i < count; i++) {
            columns[i] = functions.col("k" + i);
        }
        return columns;
    }
}
