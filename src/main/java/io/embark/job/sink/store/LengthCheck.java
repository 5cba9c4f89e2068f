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
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/** Whether a store has room for the strings of a table. Looked at before hours are spent on vectors for them. */
final class LengthCheck {
    private LengthCheck() {}

    /**
     * Reads the strings, and nothing else, of all rows.
     *
     * @param most the most bytes of UTF-8 by column; columns that the rows do not have are made by the run, and looked at then
     * @throws EmbarkException {@link ErrorCode#COLUMN_INVALID} if one has more, naming its row by the keys that are there
     */
    static void requireFits(Dataset<Row> rows, List<String> keys, Map<String, Integer> most) {
        List<String> read = List.of(rows.schema().fieldNames());
        Map<String, Integer> limits = new TreeMap<>(most);
        limits.keySet().retainAll(read);
        if (limits.isEmpty()) {
            return;
        }

        List<String> names = List.copyOf(limits.keySet());
        List<String> named = keys.stream().filter(read::contains).toList();
        List<Column> columns = new ArrayList<>();
        Column isWrong = functions.lit(false);
        for (int i = 0; i < names.size(); i++) {
            columns.add(functions.octet_length(Columns.named(names.get(i))).as("c" + i));
            isWrong = isWrong.or(functions.col("c" + i).gt(limits.get(names.get(i))));
        }
        for (int i = 0; i < named.size(); i++) {
            columns.add(Columns.named(named.get(i)).as("k" + i));
        }
        List<Row> wrong = rows.select(columns.toArray(new Column[0]))
                .where(isWrong)
                .limit(1)
                .collectAsList();
        if (wrong.isEmpty()) {
            return;
        }

        Row first = wrong.get(0);
        List<Object> key = KeyCheck.values(first).subList(names.size(), first.size());
        for (int i = 0; i < names.size(); i++) {
            int limit = limits.get(names.get(i));
            if (!first.isNullAt(i) && first.getInt(i) > limit) {
                throw StoreErrors.isTooLong(names.get(i), named, key, first.getInt(i), limit);
            }
        }
    }
}
