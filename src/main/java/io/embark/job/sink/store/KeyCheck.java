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
import java.util.Set;
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
     * @throws EmbarkException {@link ErrorCode#COLUMN_INVALID} if one is null or stands in two rows: which of them a store would
     *     keep depends on which task came last
     */
    static void requireEachOnce(Dataset<Row> rows, List<String> keys) {
        List<Column> numbered = new ArrayList<>();
        Column isWrong = functions.col(ROWS).gt(1);
        for (int i = 0; i < keys.size(); i++) {
            numbered.add(Columns.named(keys.get(i)).as("k" + i));
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

        Row first = wrong.get(0);
        List<Object> key = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            if (first.isNullAt(i)) {
                throw StoreErrors.keyIsNull(keys.get(i), first.getLong(keys.size()));
            }
            key.add(first.get(i));
        }
        throw StoreErrors.keyTwice(keys, key, first.getLong(keys.size()));
    }

    private static Column[] numberedColumns(int count) {
        Column[] columns = new Column[count];
        for (int i = 0; i < count; i++) {
            columns[i] = functions.col("k" + i);
        }
        return columns;
    }
}
