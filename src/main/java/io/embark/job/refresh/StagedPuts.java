/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.job.stage.StageFolder;
import io.embark.job.table.Columns;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

/**
 * Rows that runs which did not come to their end embedded already. A row is used if its key, its text, its other columns, its
 * model and its options are those of now: whatever else has changed since, its vector is right.
 */
record StagedPuts(Comparison comparison, StateColumns state, List<String> ids, StructType schema) {
    /**
     * Those that are still right, each key once.
     *
     * @param wanted keys and hashes of the rows to embed, under the names of {@link Comparison#keysAndHashes}
     */
    Optional<Dataset<Row>> of(StageFolder stage, Dataset<Row> wanted) throws IOException {
        List<Dataset<Row>> all = new ArrayList<>();
        Optional<Dataset<Row>> taken = Optional.empty();
        for (Dataset<Row> rows : stage.leftovers(wanted.sparkSession(), schema)) {
            Dataset<Row> right = right(rows, wanted);
            Dataset<Row> fresh = taken.map(before -> ChangedRows.matching(right, before, ids, "left_anti"))
                    .orElse(right);
            all.add(fresh);
            Dataset<Row> keys = keys(fresh);
            taken = Optional.of(taken.map(before -> before.union(keys)).orElse(keys));
        }
        return all.stream().reduce(Dataset::union).filter(rows -> !rows.isEmpty());
    }

    private Dataset<Row> right(Dataset<Row> rows, Dataset<Row> wanted) {
        Column ours = state.vectors().byText().values().stream()
                .map(vector -> Columns.named(StateColumns.fingerprint(vector))
                        .equalTo(state.shape().toString()))
                .reduce(Column::and)
                .orElseThrow();
        List<Column> columns = new ArrayList<>(List.of(functions.col("*")));
        columns.addAll(comparison.hashesOfState());
        Dataset<Row> hashed = complete(rows.where(ours)).select(columns.toArray(new Column[0]));
        return ChangedRows.matching(hashed, wanted, comparison.keysAndHashes(), "left_semi")
                .select(Arrays.stream(schema.fieldNames()).map(Columns::named).toArray(Column[]::new));
    }

    /** A run may have been killed between two chunks of a document. */
    private Dataset<Row> complete(Dataset<Row> rows) {
        if (!state.vectors().chunked()) {
            return rows;
        }
        String vector = state.vectors().byText().values().iterator().next();
        Column[] keys = ids.stream().map(Columns::named).toArray(Column[]::new);
        Dataset<Row> whole = rows.groupBy(keys)
                .agg(
                        functions.count(functions.lit(1)).as("n"),
                        functions
                                .max(Columns.named(StateColumns.chunks(vector)))
                                .as("m"))
                .where(Columns.named("n").equalTo(Columns.named("m")));
        return ChangedRows.matching(rows, whole, ids, "left_semi");
    }

    private Dataset<Row> keys(Dataset<Row> rows) {
        return rows.select(ids.stream().map(Columns::named).toArray(Column[]::new))
                .distinct();
    }
}
