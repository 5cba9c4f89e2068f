/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import java.util.Collections;
import java.util.ConcurrentModificationException;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.spark.sql.catalyst.analysis.TableAlreadyExistsException;

/** Tells by its exception that a commit lost against another writer's. The formats' own classes are not here to be named. */
final class Conflict {
    /** Of Iceberg, which also refuses settings that contradict each other by a ValidationException. */
    private static final Set<String> LOST = Set.of("CommitFailedException", "AlreadyExistsException");

    private static final String VALIDATION = "ValidationException";

    /** What it says where rows or files came or went since the run began. */
    private static final Pattern OF_ROWS =
            Pattern.compile("(?i)conflicting|cannot commit|found new .*delete|concurrently added");

    private static final List<String> OF_DELTA = List.of("org.apache.spark.sql.delta.", "io.delta.");
    private static final String DOUBT = "CommitStateUnknownException";

    private Conflict() {}

    /** What the format says of it; empty if it was none. */
    static Optional<Throwable> in(Throwable thrown) {
        return find(thrown, Conflict::isOne);
    }

    private static boolean isOne(Throwable link) {
        Class<?> type = link.getClass();
        return (link instanceof ConcurrentModificationException
                        && OF_DELTA.stream().anyMatch(type.getName()::startsWith))
                || link instanceof TableAlreadyExistsException
                || LOST.contains(type.getSimpleName())
                || (type.getSimpleName().equals(VALIDATION)
                        && OF_ROWS.matcher(String.valueOf(link.getMessage())).find());
    }

    /** Whether the commit may have taken place all the same. */
    static boolean leavesDoubt(Throwable thrown) {
        return find(thrown, link -> link.getClass().getSimpleName().equals(DOUBT))
                .isPresent();
    }

    private static Optional<Throwable> find(Throwable thrown, Predicate<Throwable> wanted) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Throwable link = thrown; link != null && seen.add(link); link = link.getCause()) {
            if (wanted.test(link)) {
                return Optional.of(link);
            }
        }
        return Optional.empty();
    }
}
