/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.job.sink.Changes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The one {@code MERGE} that brings changes into a table. Columns are named one by one: where the schema of a table evolves by
 * itself, a star would add the column of the action.
 *
 * @param target the table as SQL names it
 * @param source the view of the changes as SQL names it
 * @param changes whose columns are called as the table calls them
 */
record MergeStatement(String target, String source, Changes changes, ChangeKinds kinds) {
    /** The statement; empty of clauses, and not to be sent, if {@link #isNothing}. */
    String sql() {
        return "MERGE INTO %s AS t USING %s AS s ON %s %s".formatted(target, source, on(), String.join(" ", clauses()));
    }

    /** Whether there is nothing to do. */
    boolean isNothing() {
        return clauses().isEmpty();
    }

    private String on() {
        return changes.keys().stream()
                .map(key -> "t.%1$s %2$s s.%1$s"
                        .formatted(quoted(key), kinds.keysWithNull().contains(key) ? "<=>" : "="))
                .collect(Collectors.joining(" AND "));
    }

    /** A row that is put has a clause for one that is there in any case: Iceberg takes a MERGE without for a mere append. */
    private List<String> clauses() {
        List<String> clauses = new ArrayList<>();
        if (kinds.has(Changes.DELETE)) {
            clauses.add(matched(Changes.DELETE) + "DELETE");
        }
        update(clauses, Changes.MARK, changes.mark()::contains);
        update(
                clauses,
                Changes.UPDATE,
                column -> !changes.keys().contains(column) && !changes.kept().contains(column));
        update(clauses, Changes.PUT, column -> true);
        if (kinds.has(Changes.PUT)) {
            clauses.add("WHEN NOT MATCHED AND %s THEN INSERT (%s) VALUES (%s)"
                    .formatted(
                            is(Changes.PUT),
                            columns().map(MergeStatement::quoted).collect(Collectors.joining(", ")),
                            columns().map(column -> "s." + quoted(column)).collect(Collectors.joining(", "))));
        }
        return clauses;
    }

    private void update(List<String> clauses, String action, Predicate<String> isSet) {
        String set = columns()
                .filter(isSet)
                .map(column -> "t.%1$s = s.%1$s".formatted(quoted(column)))
                .collect(Collectors.joining(", "));
        if (kinds.has(action) && !set.isEmpty()) {
            clauses.add(matched(action) + "UPDATE SET " + set);
        }
    }

    private static String matched(String action) {
        return "WHEN MATCHED AND %s THEN ".formatted(is(action));
    }

    private static String is(String action) {
        return "s.%s = '%s'".formatted(Changes.ACTION, action);
    }

    private Stream<String> columns() {
        return Stream.of(changes.schema().fieldNames());
    }

    private static String quoted(String name) {
        return "`" + name.replace("`", "``") + "`";
    }
}
