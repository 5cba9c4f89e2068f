/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import io.embark.job.sink.HalfBytes;
import io.embark.job.sink.VectorType;
import io.embark.job.sink.store.StoreRow;
import io.embark.job.sink.store.StoreSession;
import java.sql.Array;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A task's connection. Each batch is a transaction: the driver sends it as a few statements of many rows. */
final class PostgresSession implements StoreSession {
    /** How long the server may take to say that it is there. */
    static final int ANSWER_SECONDS = 5;

    private final Connection connection;
    private final SqlName table;
    private final PostgresRows rows;
    private final PostgresFence fence;
    private final PostgresValues values;
    private final PreparedStatement upsert;
    private final PreparedStatement read;

    private PostgresSession(
            Connection connection,
            SqlName table,
            PostgresRows rows,
            PostgresFence fence,
            PreparedStatement upsert,
            PreparedStatement read) {
        this.connection = connection;
        this.table = table;
        this.rows = rows;
        this.fence = fence;
        this.values = new PostgresValues(connection);
        this.upsert = upsert;
        this.read = read;
    }

    static PostgresSession open(PostgresOptions options, SqlName table, PostgresRows rows, PostgresFence fence)
            throws SQLException {
        Connection connection = options.connect();
        try {
            connection.setAutoCommit(false);
            return new PostgresSession(
                    connection,
                    table,
                    rows,
                    fence,
                    connection.prepareStatement(insert(table, rows)),
                    connection.prepareStatement(select(table, rows)));
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private static String insert(SqlName table, PostgresRows rows) {
        List<String> placeholders =
                rows.columns().stream().map(PostgresType::placeholder).toList();
        return "INSERT INTO %s (%s) VALUES (%s)%s"
                .formatted(
                        table.sql(), SqlName.quoted(rows.names()), String.join(",", placeholders), rows.onConflict());
    }

    /** The vectors of the row with a key. */
    private static String select(SqlName table, PostgresRows rows) {
        List<String> selected = new ArrayList<>();
        for (int i = 0; i < rows.columns().size(); i++) {
            if (rows.vectors().get(i) >= 0) {
                VectorType type = rows.types().get(rows.vectors().get(i));
                boolean isOfTheExtension = type == VectorType.VECTOR || type == VectorType.HALFVEC;
                selected.add(SqlName.quoted(rows.names().get(i)) + (isOfTheExtension ? "::real[]" : ""));
            }
        }
        return "SELECT %s FROM %s WHERE %s".formatted(String.join(", ", selected), table.sql(), rows.sameKey());
    }

    @Override
    public void upsert(List<StoreRow> batch) throws SQLException {
        begin();
        for (StoreRow row : batch) {
            for (int i = 0; i < rows.columns().size(); i++) {
                int vector = rows.vectors().get(i);
                if (vector < 0) {
                    values.set(upsert, i + 1, rows.columns().get(i), row.row().get(i));
                } else {
                    values.setVector(
                            upsert, i + 1, rows.columns().get(i), row.vectors().get(vector));
                }
            }
            upsert.addBatch();
        }
        commit(upsert);
    }

    private void begin() throws SQLException {
        requireConnected();
        fence.pass(connection);
    }

    /** A batch may take the model long, and what lies between forgets connections that nobody uses. */
    private void requireConnected() throws SQLException {
        if (!connection.isValid(ANSWER_SECONDS)) {
            throw new SQLTransientConnectionException("The connection was cut while nobody used it", "08006");
        }
    }

    private void commit(PreparedStatement statement) throws SQLException {
        try {
            statement.executeBatch();
        } catch (BatchUpdateException e) {
            // Its own message has all of the rows in it; the server's says what is wrong.
            throw Objects.requireNonNullElse(e.getNextException(), e);
        }
        connection.commit();
    }

    @Override
    public void update(List<StoreRow> batch) throws SQLException {
        List<PostgresColumn> columns = rows.columns();
        if (columns.size() > rows.keys().size()) {
            change(batch, rows.update(table), (statement, row) -> {
                int next = 1;
                for (int i = 0; i < columns.size(); i++) {
                    if (!rows.keys().contains(columns.get(i))) {
                        values.set(statement, next++, columns.get(i), row.row().get(i));
                    }
                }
                return next;
            });
        }
    }

    @Override
    public void delete(List<StoreRow> batch) throws SQLException {
        change(batch, rows.delete(table), (statement, row) -> 1);
    }

    private interface Beginning {
        /** Sets the values before those of the key, and gives the place of the key's first. */
        int set(PreparedStatement statement, StoreRow row) throws SQLException;
    }

    private void change(List<StoreRow> batch, String sql, Beginning beginning) throws SQLException {
        begin();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (StoreRow row : batch) {
                setKey(statement, beginning.set(statement, row), row);
                statement.addBatch();
            }
            commit(statement);
        }
    }

    private void setKey(PreparedStatement statement, int first, StoreRow row) throws SQLException {
        for (int i = 0; i < rows.keys().size(); i++) {
            values.set(statement, first + i, rows.keys().get(i), row.key().get(i));
        }
    }

    @Override
    public List<double[][]> read(List<StoreRow> batch) throws SQLException {
        List<double[][]> found = new ArrayList<>();
        for (StoreRow row : batch) {
            setKey(read, 1, row);
            try (ResultSet result = read.executeQuery()) {
                found.add(result.next() ? vectors(result) : null);
            }
        }
        connection.commit();
        return found;
    }

    private double[][] vectors(ResultSet row) throws SQLException {
        // In the order of the table's columns, which is that of the vectors' numbers.
        double[][] vectors = new double[rows.types().size()][];
        for (int i = 0; i < vectors.length; i++) {
            vectors[i] = rows.types().get(i) == VectorType.FLOAT16_BYTES
                    ? halves(row.getBytes(i + 1))
                    : numbers(row.getArray(i + 1));
        }
        return vectors;
    }

    private static double[] numbers(Array array) throws SQLException {
        if (array == null) {
            return null;
        }
        Object[] numbers = (Object[]) array.getArray();
        double[] vector = new double[numbers.length];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = numbers[i] == null ? Double.NaN : ((Number) numbers[i]).doubleValue();
        }
        return vector;
    }

    private static double[] halves(byte[] bytes) {
        if (bytes == null) {
            return null;
        }
        float[] halves = HalfBytes.vector(bytes);
        double[] vector = new double[halves.length];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = halves[i];
        }
        return vector;
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            // It broke before; the server ends what is left of it.
        }
    }
}
