/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.Shown;
import io.embark.job.sink.Half;
import io.embark.job.table.Failures;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.types.DataType;

/** What is refused of rows for a store, and by a store, one method for each mistake. */
final class StoreErrors {
    private StoreErrors() {}

    /** @param coordinate what has it */
    static EmbarkException jarIsMissing(String format, String coordinate) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option output-format: the jar for %s is missing".formatted(format),
                "What writes to it comes in a jar of its own, which jobs/embark of a checkout adds by itself.",
                "Add --packages %s.".formatted(coordinate));
    }

    static EmbarkException hasNoFolder(String format, String option, String value) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option %s: %s is not taken".formatted(option.substring(2), Shown.value(value)),
                "Where rows go in %s is said by --sink-option alone.".formatted(format),
                "Leave %s out.".formatted(option));
    }

    static EmbarkException hasNoPartitions(String format) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option partition-by: is not taken",
                "Rows in %s are found by their key.".formatted(format),
                "Leave it out, or partition the table in the store.");
    }

    static EmbarkException noKey(String format) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option id-column: is missing",
                "Rows in %s are added and replaced by their key.".formatted(format),
                "Name the column that tells rows apart, such as --id-column id; C,C2 where it takes two.");
    }

    static EmbarkException isNoKey(String key, DataType type) {
        return new EmbarkException(
                ErrorCode.COLUMN_INVALID,
                "column '%s': is no key".formatted(key),
                "It holds %s, whose values are not told apart in the same way everywhere."
                        .formatted(type.simpleString()),
                "Name a column of strings or whole numbers with --id-column, or cast it with --sql.");
    }

    static EmbarkException keyIsNull(String key, long rows) {
        return new EmbarkException(
                ErrorCode.COLUMN_INVALID,
                "column '%s': is null in %s".formatted(key, rows == 1 ? "a row" : rows + " rows"),
                "A row without its key cannot be found again.",
                "Leave such rows out with --where, or name another --id-column.");
    }

    static EmbarkException keyTwice(List<String> keys, List<Object> key, long rows) {
        return new EmbarkException(
                ErrorCode.COLUMN_INVALID,
                "key %s: stands in %s rows".formatted(named(keys, key), rows),
                "A store keeps one of them, and which depends on which task comes last.",
                "Name the columns that tell rows apart with --id-column, or choose one row of each key with --sql.");
    }

    /** @param first the key of one row; the other row has {@code second} */
    static EmbarkException keysAreAlike(List<String> keys, List<Object> first, List<Object> second) {
        return new EmbarkException(
                ErrorCode.COLUMN_INVALID,
                "keys %s and %s: are one in the store".formatted(named(keys, first), named(keys, second)),
                "The type of its column does not tell them apart, and it would keep one of the rows.",
                "Choose one row of each key with --sql, or change the type of the column.");
    }

    /** @param first the key of a batch's first row; its last row has {@code last} */
    static EmbarkException keysAreOne(
            String output, List<String> keys, List<Object> first, List<Object> last, Exception thrown) {
        return failed(
                "%s: takes two keys for one, between %s and %s"
                        .formatted(output, named(keys, first), named(keys, last)),
                Failures.rootLine(thrown),
                "Look for a trigger that changes keys, or a type or collation that does not tell them apart.",
                thrown);
    }

    static EmbarkException isTooLong(String column, List<String> keys, List<Object> key, int bytes, int most) {
        return new EmbarkException(
                ErrorCode.COLUMN_INVALID,
                "column '%s': has %s bytes in row %s".formatted(column, bytes, named(keys, key)),
                "The store holds %s bytes of UTF-8 there.".formatted(most),
                "Leave the column out, or cut it with --sql 'SELECT left(...)'; vectors can be of the whole text all the same.");
    }

    static EmbarkException isTooGreatForAHalf(
            String output, List<String> keys, List<Object> key, int component, float value) {
        return failed(
                "%s: the vector of row %s does not fit".formatted(output, named(keys, key)),
                "Component %s is %s; the greatest number of 16 bits is %s.".formatted(component, value, Half.MAX),
                "Choose --vector-type array<float> or vector, or --normalize true.",
                null);
    }

    static EmbarkException isUnreachable(String output, Exception thrown) {
        return failed(
                "%s: cannot be reached by a task".formatted(output),
                Failures.rootLine(thrown),
                "Check that the executors reach the server and may log in. What was written stays; run it again.",
                thrown);
    }

    static EmbarkException failedForTooLong(String output, int attempts, Exception thrown) {
        return failed(
                "%s: failed %s times in a row".formatted(output, attempts),
                Failures.rootLine(thrown),
                "Check the server, and run it again: a refresh goes on with what is in, and --mode append puts each row there once.",
                thrown);
    }

    static EmbarkException rowIsRefused(String output, List<String> keys, List<Object> key, Exception thrown) {
        return failed(
                "%s: does not take row %s".formatted(output, named(keys, key)),
                Failures.rootLine(thrown),
                "Change what it holds with --sql, leave it out with --where, or change the table.",
                thrown);
    }

    static EmbarkException cannotBeReadBack(String output, Exception thrown) {
        return failed(
                "%s: cannot be read back".formatted(output),
                Failures.rootLine(thrown),
                "Grant the right to read it: a few vectors are compared with what was sent.",
                thrown);
    }

    static EmbarkException rowIsNotThere(String output, List<String> keys, List<Object> key) {
        return failed(
                "%s: row %s is not there after it was written".formatted(output, named(keys, key)),
                "The store took it without an error.",
                "Look for a trigger, a rule or another program that removes rows.",
                null);
    }

    static EmbarkException vectorHasChanged(
            String output, String column, List<String> keys, List<Object> key, String difference) {
        return failed(
                "%s: column %s of row %s is not what was sent".formatted(output, column, named(keys, key)),
                difference,
                "Look for a trigger, or a type that does not hold float32. Rows that are in stay in.",
                null);
    }

    /** A key as people read it: {@code id=7, chunk=0}. */
    private static String named(List<String> keys, List<Object> key) {
        return IntStream.range(0, keys.size())
                .mapToObj(i -> "%s=%s".formatted(keys.get(i), Shown.value(key.get(i))))
                .collect(Collectors.joining(", "));
    }

    private static EmbarkException failed(String problem, String reason, String remedy, Exception thrown) {
        return new EmbarkException(ErrorCode.RUN_FAILED, problem, reason, remedy, thrown);
    }
}
