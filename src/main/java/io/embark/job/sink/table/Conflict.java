/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import java.util.Collections;
import java.util.ConcurrentModificationException;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.spark.sql.catalyst.analysis.TableAlreadyExistsException;

/** Tells by its exception that a commit lost against another writer's. The formats' own classes are not here to be named. */
final class Conflict {
    private static final Set<String> LOST =
            Set.of("CommitFailedException", "ValidationException", "AlreadyExistsException");
    private static final String DOUBT = "CommitStateUnknownException";

    private Conflict() {}

    /** What the format says of it; empty if it was none. */
    static Optional<Throwable> in(Throwable thrown) {
        return find(
                thrown,
                link -> link instanceof ConcurrentModificationException
                        || link instanceof TableAlreadyExistsException
                        || LOST.contains(link.getClass().getSimpleName()));
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
