/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.NearestName;
import io.embark.base.Shown;
import io.embark.job.sink.VectorType;
import io.embark.job.table.Failures;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.types.StructField;

/** What is refused of rows for PostgreSQL, one method for each mistake. */
final class PostgresErrors {
    private static final String CANNOT_BE_WRITTEN = "cannot be written";

    private PostgresErrors() {}

    static EmbarkException isRefreshedByAnother(String output, Optional<String> holder) {
        return refused(
                output,
                "is being refreshed by another run",
                "The server keeps its lock for %s.".formatted(holder.orElse("another connection")),
                "Wait until it ends. The lock of a run that was killed goes with its connection, within a minute or two where its"
                        + " host is gone.");
    }

    static EmbarkException isStillWritten(String output, Optional<String> holder) {
        return refused(
                output,
                "tasks of an earlier run still write",
                "A transaction of %s did not end within a minute.".formatted(holder.orElse("another connection")),
                "Wait until it ends, or end it with pg_terminate_backend where nobody is at its other end any more.");
    }

    static EmbarkException urlIsWrong(String url) {
        return invalid(
                url.isEmpty()
                        ? "option sink-option: url is missing"
                        : "option sink-option: url=%s is no address of PostgreSQL".formatted(Shown.value(url)),
                "Addresses are jdbc:postgresql://HOST:PORT/DATABASE.",
                "Add --sink-option url=jdbc:postgresql://HOST:5432/DATABASE.");
    }

    static EmbarkException tableIsNotNamed(String name) {
        return invalid(
                name.isBlank()
                        ? "option sink-option: dbtable is missing"
                        : "option sink-option: dbtable=%s is no name of a table".formatted(Shown.value(name)),
                "Names are NAME or SCHEMA.NAME; one with blanks, dots or capital letters stands in double quotes.",
                "Name the table, such as --sink-option dbtable=articles.");
    }

    static EmbarkException noSuchOption(String name, List<String> known) {
        return new EmbarkException(
                ErrorCode.OPTION_UNKNOWN,
                "option sink-option: '%s' does not exist".formatted(Shown.value(name)),
                "Neither the store nor its driver has it; they have %s.".formatted(String.join(", ", known)),
                NearestName.find(name, known).map("Did you mean %s?"::formatted).orElse("Leave it out."));
    }

    static EmbarkException noBatchSize(String value, int most) {
        return invalid(
                "option sink-option: batchsize=%s is not a possible value".formatted(Shown.value(value)),
                "A batch has 1 to %s rows.".formatted(most),
                "Leave it out, or choose another one.");
    }

    static EmbarkException noDriverHere(String driver, Throwable thrown) {
        return new EmbarkException(
                ErrorCode.RUN_FAILED,
                "the driver %s is not on this executor".formatted(driver),
                thrown.getClass().getSimpleName(),
                "Add its jar with --packages or spark.jars, which bring it to all executors.",
                thrown);
    }

    static EmbarkException cannotBeChecked(String output, SQLException thrown) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "%s: cannot be reached or looked at".formatted(output),
                Failures.rootLine(thrown),
                "Check the url, and user and password: --sink-option user=NAME and password=env:VARIABLE, or PGUSER and"
                        + " PGPASSWORD.",
                thrown);
    }

    static EmbarkException cannotBeMade(String output, SQLException thrown) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "%s: cannot be made".formatted(output),
                Failures.rootLine(thrown),
                "Make it yourself, or have the right to create it granted.",
                thrown);
    }

    static EmbarkException cannotBeReplaced(String output, SQLException thrown) {
        return new EmbarkException(
                ErrorCode.RUN_FAILED,
                "%s: the new rows cannot be put in their place".formatted(output),
                Failures.rootLine(thrown),
                "What was there is as it was. Run it again.",
                thrown);
    }

    static EmbarkException isGone(String output) {
        return new EmbarkException(
                ErrorCode.RUN_FAILED,
                "%s: is gone".formatted(output),
                "Somebody dropped it meanwhile.",
                "Run it again.");
    }

    static EmbarkException isReadOnly(String output) {
        return refused(
                output,
                CANNOT_BE_WRITTEN,
                "The server takes no writes: it is a replica, or its transactions are read-only.",
                "Name the primary server in the url, or add targetServerType=primary to it.");
    }

    static EmbarkException noSchema(String output, String schema) {
        return refused(
                output,
                CANNOT_BE_WRITTEN,
                schema.isEmpty() ? "There is no schema to put it in." : "There is no schema %s.".formatted(schema),
                "Create it first, or name another one: dbtable=SCHEMA.NAME.");
    }

    static EmbarkException mayNotCreate(String output, String schema) {
        return refused(
                output,
                "does not exist and cannot be made",
                "This user may not create tables in schema %s.".formatted(schema),
                "Create it, or GRANT CREATE ON SCHEMA %s.".formatted(SqlName.quoted(schema)));
    }

    static EmbarkException mayNotReplace(String output, String schema) {
        return refused(
                output,
                "cannot be replaced",
                "New rows are kept beside it until all are there, and this user may not create tables in schema %s."
                        .formatted(schema),
                "GRANT CREATE ON SCHEMA %s to it, or choose --mode append.".formatted(SqlName.quoted(schema)));
    }

    static EmbarkException mayNot(String output, SqlName table, List<String> rights) {
        return refused(
                output,
                CANNOT_BE_WRITTEN,
                "This user has not the right to %s.".formatted(String.join(", ", rights)),
                "GRANT %s ON %s to it.".formatted(String.join(", ", rights), table.sql()));
    }

    static EmbarkException hasNoType(String output, StructField field) {
        return refused(
                output,
                "has no type for column '%s'".formatted(field.name()),
                "It holds %s.".formatted(field.dataType().simpleString()),
                "Leave it out, or write it as text: to_json(%s) with --sql.".formatted(field.name()));
    }

    static EmbarkException noExtension(String output, VectorType type) {
        return refused(
                output,
                "has no type %s".formatted(type.label()),
                "It comes with pgvector, which this database does not have, or not in its search path.",
                "Run CREATE EXTENSION vector in it, or leave --vector-type out for real[].");
    }

    static EmbarkException isTooLong(String output, VectorType type, int length, int most) {
        return refused(
                output,
                "%s does not take vectors of %s components".formatted(type.label(), length),
                "It takes %s at most.".formatted(most),
                "Cut them with --dimensions, or choose --vector-type array<float>.");
    }

    static EmbarkException isNoTable(String output) {
        return refused(
                output,
                CANNOT_BE_WRITTEN,
                "It is a view or a table elsewhere, which cannot update by a key.",
                "Name the table behind it.");
    }

    static EmbarkException hasNoColumn(String output, PostgresTable table, StructField field, String type) {
        return refused(
                output,
                "has no column '%s'".formatted(field.name()),
                "It has %s."
                        .formatted(String.join(
                                ", ",
                                table.columns().stream()
                                        .map(PostgresColumn::name)
                                        .toList())),
                "Leave the column out with --sql, or ALTER TABLE %s ADD COLUMN %s %s."
                        .formatted(table.name().sql(), SqlName.quoted(field.name()), type));
    }

    static EmbarkException columnTwice(String output, String column) {
        return refused(
                output,
                "column '%s' would be written twice".formatted(column),
                "Two columns mean it, or it stands in leave as well.",
                "Leave one of them out.");
    }

    static EmbarkException isComputed(String output, String column) {
        return refused(
                output,
                "column '%s' takes no values".formatted(column),
                "The server computes it (GENERATED ALWAYS).",
                "Leave it out with --sql, or make it GENERATED BY DEFAULT.");
    }

    static EmbarkException rowsHaveNoColumn(String output, String column) {
        return refused(
                output,
                "has a column '%s' that the rows have not".formatted(column),
                "It has no default, and would be null in new rows and old in others.",
                "Add it with --sql, or let it be with --sink-option leave=%s.".formatted(column));
    }

    static EmbarkException otherType(String output, PostgresColumn column, String type) {
        return refused(
                output,
                "column '%s' has another type".formatted(column.name()),
                "It is %s, which does not hold %s exactly.".formatted(column.sql(), type),
                "Cast the column with --sql, or change its type in the table.");
    }

    static EmbarkException otherVectorType(String output, PostgresColumn column, VectorType asked) {
        return refused(
                output,
                "column '%s' has another type".formatted(column.name()),
                "It is %s; --vector-type asks for %s.".formatted(column.sql(), asked.label()),
                "Leave --vector-type out to write it as it is, or change the column.");
    }

    static EmbarkException otherLength(String output, String column, int there, int written) {
        return refused(
                output,
                "column '%s' holds vectors of %s components".formatted(column, there),
                "Those of this run have %s.".formatted(written),
                "Name the model that the table was made with, cut vectors with --dimensions, or write to another table.");
    }

    static EmbarkException isNoKey(String output, SqlName table, PostgresKey key, String reason) {
        String column = key.column().name();
        return refused(
                output,
                "column '%s' cannot be the key".formatted(column),
                "Rows of two keys could end as one: %s.".formatted(reason),
                "Name another --id-column, or ALTER TABLE %s ALTER COLUMN %s TYPE %s."
                        .formatted(table.sql(), SqlName.quoted(column), key.exactType()));
    }

    static EmbarkException rowsAreGone(String output, SqlName beside) {
        return new EmbarkException(
                ErrorCode.RUN_FAILED,
                "%s: the new rows are gone".formatted(output),
                "Somebody dropped %s, where they were kept.".formatted(beside),
                "What was there is as it was. Run it again.");
    }

    static EmbarkException noUniqueIndex(String output, SqlName table, List<String> keys) {
        return refused(
                output,
                "has no unique index on %s".formatted(String.join(", ", keys)),
                "Rows are updated by it. Indexes of a part of the rows, of expressions and deferred ones do not serve.",
                "Run CREATE UNIQUE INDEX ON %s (%s), or name its key with --id-column."
                        .formatted(table.sql(), SqlName.quoted(keys)));
    }

    private static EmbarkException invalid(String problem, String reason, String remedy) {
        return new EmbarkException(ErrorCode.OPTION_INVALID, problem, reason, remedy);
    }

    private static EmbarkException refused(String output, String problem, String reason, String remedy) {
        return new EmbarkException(ErrorCode.OUTPUT_INVALID, "%s: %s".formatted(output, problem), reason, remedy);
    }
}
