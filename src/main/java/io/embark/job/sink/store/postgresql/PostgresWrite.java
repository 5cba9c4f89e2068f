/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import io.embark.base.Redaction;
import io.embark.job.sink.OutputErrors;
import io.embark.job.sink.WriteMode;
import io.embark.job.sink.store.Pauses;
import io.embark.job.sink.store.StoreConnector;
import io.embark.job.sink.store.StoreTable;
import io.embark.job.sink.store.StoreWrite;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.spark.sql.types.StructField;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run's write. Rows that are added go straight into the table. A table that is made or replaced gets its rows beside it: when
 * all are there the new table takes its name, or its rows take the place of those that are there, in one transaction; so indexes,
 * grants, views and foreign keys stay, and readers see the old rows or the new ones.
 *
 * <p>The table beside it is held by a lock of this session; one that a dead run left is removed by the next.
 */
final class PostgresWrite implements StoreWrite {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresWrite.class);

    private static final String PREFIX = "embark_run_";
    private static final String MARK = "Rows of an unfinished run of Embark for ";

    /** The states of errors for a table, a type or a row of a catalog that is there by now. */
    private static final List<String> EXISTS = List.of("42P07", "42710", "23505");

    private final PostgresOptions options;
    private final StoreTable rows;
    private final PostgresCheck check;

    private final PostgresFence fence;
    private final PostgresHold hold;

    /** That of the hold, which may be another after hours. */
    private Connection connection;

    /** What tasks write into. */
    private PostgresTable target;

    /** Whether that is a table beside the one that is asked for. */
    private boolean beside;

    /** Whether the server was asked to put the rows in their place for good; it may have, and its answer been lost. */
    private boolean committed;

    private PostgresWrite(PostgresOptions options, StoreTable rows, PostgresFence fence, PostgresHold hold)
            throws SQLException {
        this.options = options;
        this.rows = rows;
        this.check = new PostgresCheck(options, rows);
        this.fence = fence;
        this.hold = hold;
        this.connection = hold.connection();
    }

    static StoreWrite begin(PostgresOptions options, StoreTable rows, PostgresFence fence) throws SQLException {
        PostgresWrite write = new PostgresWrite(options, rows, fence, new PostgresHold(options));
        try {
            write.begin();
            return write;
        } catch (SQLException | RuntimeException e) {
            write.close();
            throw e;
        }
    }

    private void begin() throws SQLException {
        Optional<PostgresTable> found = PostgresTable.find(connection, options.table());
        SqlName name =
                found.isPresent() ? found.get().name() : options.table().in(PostgresCheck.schema(connection, options));
        removeWhatDeadRunsLeft(name);
        if (rows.mode() == WriteMode.APPEND) {
            if (found.isEmpty()) {
                createIfMissing(name);
            }
            target = PostgresTable.find(connection, name).orElseThrow(() -> PostgresErrors.isGone(options.output()));
            check.requireFits(connection, target);
            hold.close();
            return;
        }

        SqlName other = name.beside(PREFIX + UUID.randomUUID().toString().substring(0, 8) + "_");
        hold.lock(other);
        connection.setAutoCommit(false);
        if (found.isEmpty()) {
            create(other);
        } else {
            check.requireFits(connection, found.get());
            PostgresRows into = PostgresRows.of(rows, found.get());
            run("CREATE TABLE %s AS SELECT %s FROM %s WITH NO DATA"
                    .formatted(other.sql(), SqlName.quoted(into.names()), name.sql()));
            run("ALTER TABLE %s ADD PRIMARY KEY (%s)".formatted(other.sql(), SqlName.quoted(into.keyNames())));
        }
        run("COMMENT ON TABLE %s IS %s".formatted(other.sql(), literal(MARK + name)));
        target = PostgresTable.find(connection, other).orElseThrow();
        connection.commit();
        connection.setAutoCommit(true);
        beside = true;
        hold.keep();
    }

    /** Another run may be faster; what it makes is held against these rows as any table is. */
    private void createIfMissing(SqlName name) throws SQLException {
        connection.setAutoCommit(false);
        try {
            create(name);
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            if (!EXISTS.contains(e.getSQLState())) {
                throw e;
            }
        }
        connection.setAutoCommit(true);
    }

    private void create(SqlName name) throws SQLException {
        List<String> columns = new ArrayList<>();
        for (StructField field : rows.schema().fields()) {
            String type = rows.vectors().contains(field.name())
                    ? check.createdVectors(field.name())
                    : PostgresType.created(field.dataType()).orElseThrow();
            columns.add("%s %s".formatted(SqlName.quoted(field.name()), type));
        }
        columns.add("PRIMARY KEY (%s)".formatted(SqlName.quoted(rows.keys())));
        run("CREATE TABLE %s (%s)".formatted(name.sql(), String.join(", ", columns)));
        for (String vector : rows.vectors()) {
            describe(name, vector);
        }
    }

    /** Says at the column which model its vectors come from. */
    private void describe(SqlName name, String vector) throws SQLException {
        run("COMMENT ON COLUMN %s.%s IS %s".formatted(name.sql(), SqlName.quoted(vector), literal(metadata(vector))));
    }

    /** What the rows say of a column of vectors, which the table may have in letters of another case. */
    private String metadata(String column) {
        return rows.vectors().stream()
                .filter(column::equalsIgnoreCase)
                .map(vector -> rows.schema().apply(vector).metadata().json())
                .findFirst()
                .orElseThrow();
    }

    private static String literal(String text) {
        String quoted = text.replace("'", "''");
        return text.contains("\\") ? "E'%s'".formatted(quoted.replace("\\", "\\\\")) : "'%s'".formatted(quoted);
    }

    /** Those of other users are theirs. What cannot be removed, as somebody made a view of it, is no matter of this run. */
    private void removeWhatDeadRunsLeft(SqlName name) throws SQLException {
        List<SqlName> left = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE"
                        + " n.nspname = ? AND c.relkind = 'r' AND starts_with(c.relname, ?) AND"
                        + " obj_description(c.oid, 'pg_class') = ? AND pg_has_role(c.relowner, 'USAGE')")) {
            statement.setString(1, name.schema());
            statement.setString(2, PREFIX);
            statement.setString(3, MARK + name);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    left.add(new SqlName(row.getString(1), row.getString(2)));
                }
            }
        }
        for (SqlName other : left) {
            if (PostgresHold.tryLock(connection, other)) {
                try {
                    run("DROP TABLE IF EXISTS " + other.sql());
                    LOG.warn("{}: removed {}, which a run left that was killed", options.output(), other);
                } catch (SQLException e) {
                    LOG.warn("{}: cannot remove {}: {}", options.output(), other, Redaction.text(e.toString()));
                }
                PostgresHold.unlock(connection, other);
            }
        }
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public StoreConnector connector() {
        return new PostgresConnector(options, target.name(), PostgresRows.of(rows, target), fence);
    }

    @Override
    public void commit() {
        if (!beside) {
            return;
        }
        hold.use();
        Pauses pauses = Pauses.ofAMinute();
        for (int failed = 1; ; failed++) {
            try {
                connection = hold.connection();
                putInPlace();
                beside = false;
                return;
            } catch (SQLException e) {
                rollBack();
                if (EXISTS.contains(e.getSQLState()) && rows.mode() == WriteMode.ERROR) {
                    throw OutputErrors.existsByNow(options.output(), "--sink-option dbtable");
                }
                // Hours of work hang on it, and it is done as a whole or not at all.
                LOG.warn("{} failed: {}", options.output(), Redaction.text(e.toString()));
                if (!PostgresConnector.isTransient(e) || !waits(pauses, failed)) {
                    throw PostgresErrors.cannotBeReplaced(options.output(), e);
                }
            }
        }
    }

    private static boolean waits(Pauses pauses, int failed) {
        try {
            return pauses.waitAfter(failed);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void putInPlace() throws SQLException {
        SqlName other = target.name();
        SqlName name = new SqlName(other.schema(), options.table().table());
        connection.setAutoCommit(false);
        if (PostgresTable.find(connection, other).isEmpty()) {
            if (committed) {
                return;
            }
            throw PostgresErrors.rowsAreGone(options.output(), other);
        }
        fence.pass(connection);
        Optional<PostgresTable> found = PostgresTable.find(connection, name);
        if (found.isEmpty()) {
            rename(other, name);
        } else if (rows.mode() == WriteMode.ERROR) {
            throw OutputErrors.existsByNow(options.output(), "--sink-option dbtable");
        } else {
            check.requireFits(connection, found.get());
            replace(found.get(), other);
        }
        committed = true;
        connection.commit();
        connection.setAutoCommit(true);
    }

    private void rollBack() {
        try {
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            // The connection broke, and the server has ended the transaction by itself.
        }
    }

    private void rename(SqlName other, SqlName name) throws SQLException {
        run("COMMENT ON TABLE %s IS NULL".formatted(other.sql()));
        run("ALTER TABLE %s RENAME TO %s".formatted(other.sql(), SqlName.quoted(name.table())));
        renameKey(name);
    }

    /** As it would be called had the table been made under its name; as it is where that name is taken. */
    private void renameKey(SqlName name) throws SQLException {
        SqlName key = new SqlName(name.schema(), name.table() + "_pkey");
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT conname FROM pg_constraint WHERE conrelid = to_regclass(?) AND"
                        + " contype = 'p' AND to_regclass(?) IS NULL AND octet_length(?) < 64")) {
            statement.setString(1, name.sql());
            statement.setString(2, key.sql());
            statement.setString(3, key.table());
            try (ResultSet row = statement.executeQuery()) {
                if (row.next()) {
                    run("ALTER TABLE %s RENAME CONSTRAINT %s TO %s"
                            .formatted(name.sql(), SqlName.quoted(row.getString(1)), SqlName.quoted(key.table())));
                }
            }
        }
    }

    private void replace(PostgresTable table, SqlName other) throws SQLException {
        PostgresRows into = PostgresRows.of(rows, table);
        String same = String.join(
                " AND ",
                into.keyNames().stream()
                        .map(key -> "n.%1$s = o.%1$s".formatted(SqlName.quoted(key)))
                        .toList());
        String columns = SqlName.quoted(into.names());
        run("LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE".formatted(table.name().sql()));
        run("DELETE FROM %s o WHERE NOT EXISTS (SELECT 1 FROM %s n WHERE %s)"
                .formatted(table.name().sql(), other.sql(), same));
        run("INSERT INTO %s (%s) SELECT %s FROM %s%s"
                .formatted(table.name().sql(), columns, columns, other.sql(), into.onConflict()));
        if (table.isOwned()) {
            for (String vector : rows.vectors()) {
                describe(table.name(), table.column(vector).orElseThrow().name());
            }
        }
        run("DROP TABLE " + other.sql());
    }

    @Override
    public void close() {
        try (hold) {
            hold.use();
            if (beside && target != null) {
                connection = hold.connection();
                rollBack();
                run("DROP TABLE IF EXISTS " + target.name().sql());
            }
        } catch (SQLException e) {
            // The next run removes it.
            LOG.warn("{}: cannot be tidied up: {}", options.output(), Redaction.text(e.toString()));
        }
    }
}
