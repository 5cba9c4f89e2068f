/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** How the rows of a table that is held at one version have changed, as its format keeps it. */
interface ChangeFeed {
    /** The version; empty if it cannot be told from others. */
    Optional<TableVersion> version();

    /**
     * The rows that came and went since another version of the same table, read lazily: the columns of the table, and those that
     * the format adds.
     */
    Answer<Dataset<Row>> since(TableVersion before);

    /** The column that says in which way a row changed. */
    String kind();

    /** The column that is greater in each later commit. */
    String commit();
}
