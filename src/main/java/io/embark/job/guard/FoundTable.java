/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.guard;

import java.util.Optional;
import org.apache.hadoop.fs.Path;

/**
 * A table of another maker that was found.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class FoundTable {
    private final ForeignTable kind;
    private final Path table;
    private final String relation;

    /** @param relation how the place that was asked about lies to it: "is", "lies in", "holds" */
    FoundTable(ForeignTable kind, Path table, String relation) {
        this.kind = kind;
        this.table = table;
        this.relation = relation;
    }

    ForeignTable kind() {
        return kind;
    }

    /** How the place that was asked about lies to it. */
    String relation() {
        return relation;
    }

    /** Its folder. */
    public Path table() {
        return table;
    }

    /** The kind, as it stands behind "is". */
    public String words() {
        return kind.words();
    }

    /** What shows that the folder is such a table. */
    public String marks() {
        return kind.marks();
    }

    /** The data source of Spark that reads such tables; empty if none does. */
    public Optional<String> format() {
        return kind.format();
    }

    /** Whether the place that was asked about is the table itself, and a data source reads such tables. */
    public boolean isReadable() {
        return relation.equals("is") && kind.format().isPresent();
    }
}
