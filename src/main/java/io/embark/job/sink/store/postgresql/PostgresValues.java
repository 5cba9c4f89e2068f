/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import io.embark.job.sink.HalfBytes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.apache.spark.sql.catalyst.util.DateTimeUtils;
import scala.collection.Seq;

/**
 * Values of Spark's rows as the driver takes them.
 *
 * @param connection makes arrays
 */
record PostgresValues(Connection connection) {
    private static final long MICROS = 1_000_000;
    private static final long NANOS = 1_000;

    void set(PreparedStatement statement, int index, PostgresColumn column, Object value) throws SQLException {
        if (value == null) {
            statement.setNull(index, Types.NULL);
        } else if (value instanceof Seq<?> sequence) {
            Object[] elements = new Object[sequence.length()];
            for (int i = 0; i < elements.length; i++) {
                elements[i] = value(sequence.apply(i));
            }
            statement.setArray(index, connection.createArrayOf(column.type().substring(1), elements));
        } else {
            statement.setObject(index, value(value));
        }
    }

    /** Spark has two classes each for days and for instants, of which its configuration chooses. */
    private static Object value(Object value) {
        if (value instanceof java.sql.Date date) {
            return LocalDate.ofEpochDay(DateTimeUtils.fromJavaDate(date));
        }
        if (value instanceof java.sql.Timestamp timestamp) {
            long micros = DateTimeUtils.fromJavaTimestamp(timestamp);
            return Instant.ofEpochSecond(Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * NANOS)
                    .atOffset(ZoneOffset.UTC);
        }
        return value instanceof Instant instant ? instant.atOffset(ZoneOffset.UTC) : value;
    }

    /** Codes are whole numbers, all else floats, which the server turns into the column's type exactly. */
    void setVector(PreparedStatement statement, int index, PostgresColumn column, float[] vector) throws SQLException {
        if (vector == null) {
            statement.setNull(index, Types.NULL);
            return;
        }
        switch (column.type()) {
            case "_int2", "_int4" -> {
                short[] codes = new short[vector.length];
                for (int i = 0; i < codes.length; i++) {
                    codes[i] = (short) vector[i];
                }
                statement.setObject(index, codes);
            }
            case "bytea" -> statement.setBytes(index, HalfBytes.of(vector));
            default -> statement.setObject(index, vector);
        }
    }
}
