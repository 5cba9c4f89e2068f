/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import io.embark.EmbedOptions;
import io.embark.job.sink.WriteMode;
import io.embark.job.sink.store.StoreRow;
import io.embark.job.sink.store.StoreSession;
import io.embark.job.sink.store.StoreTable;
import io.embark.job.sink.store.StoreWrite;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** A write in a program of its own, which halts within it. Rows go in as a task sends them, without a session of Spark. */
final class KilledPostgresWrite {
    /** New rows are from this one on, in two batches. */
    static final long FIRST = 3;

    static final long BATCH = 3;

    private KilledPostgresWrite() {}

    /**
     * Writes.
     *
     * @param args the address, user and password, the table, the mode, and the number of the step before which the program halts
     */
    public static void main(String[] args) throws Exception {
        SteppingDriver.haltBefore(Integer.parseInt(args[5]));
        PostgresOptions options = PostgresOptions.of(
                Map.of(
                        "url",
                        args[0],
                        "user",
                        args[1],
                        "password",
                        args[2],
                        "dbtable",
                        args[3],
                        "ApplicationName",
                        "embark-killed",
                        "driver",
                        SteppingDriver.class.getName()),
                Map.of());
        PostgresStore store = new PostgresStore(options);
        StoreTable table = table(WriteMode.valueOf(args[4]));
        store.check(table);
        try (StoreWrite write = store.begin(table)) {
            try (StoreSession session = write.connector().open()) {
                session.upsert(rows(FIRST, FIRST + BATCH));
                session.upsert(rows(FIRST + BATCH, FIRST + 2 * BATCH));
            }
            write.commit();
        }
        System.exit(0);
    }

    static StoreTable table(WriteMode mode) {
        StructType schema = new StructType()
                .add("id", DataTypes.LongType)
                .add("n", DataTypes.StringType)
                .add(new StructField(
                        "embedding",
                        DataTypes.createArrayType(DataTypes.FloatType, false),
                        true,
                        EmbeddingMetadata.of("m", "f", 2, EmbedOptions.defaults())
                                .toMetadata()));
        return new StoreTable(schema, List.of("id"), List.of("embedding"), Optional.empty(), mode);
    }

    static List<StoreRow> rows(long from, long to) {
        float[] vector = {0.1f, -0.0f};
        return LongStream.range(from, to)
                .mapToObj(id -> new StoreRow(RowFactory.create(id, "new", null), List.of(id), List.of(vector), 100))
                .toList();
    }
}
