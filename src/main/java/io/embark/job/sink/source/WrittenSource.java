/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.source;

import io.embark.job.sink.WriteMode;
import io.embark.job.table.DataSourceClass;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.sources.CreatableRelationProvider;
import org.apache.spark.sql.sources.RelationProvider;

/**
 * A data source, and what its class says of writing.
 *
 * @param source the data source
 */
record WrittenSource(DataSourceClass source) {
    String name() {
        return source.name();
    }

    String shortName() {
        return source.shortName();
    }

    boolean isJdbc() {
        return source.isJdbc();
    }

    /** Whether it writes files, which lie at a path. */
    boolean isOfFiles() {
        return source.isOfFiles();
    }

    boolean canBeWritten() {
        return isOfFiles() || source.is(CreatableRelationProvider.class) || source.is(TableProvider.class);
    }

    /** Whether Spark has to be told that rows are added or replace others: nobody can say whether there are any. */
    boolean takes(WriteMode mode) {
        boolean isOfTables =
                source.is(TableProvider.class) && !isOfFiles() && !source.is(CreatableRelationProvider.class);
        return !isOfTables || mode != WriteMode.ERROR;
    }

    /** Whether Spark can read by the options that were written by. */
    boolean canBeRead() {
        return isOfFiles() || source.is(RelationProvider.class);
    }
}
