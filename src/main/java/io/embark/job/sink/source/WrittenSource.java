/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.source;

import io.embark.job.sink.WriteMode;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.catalog.SupportsCatalogOptions;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.execution.datasources.DataSource;
import org.apache.spark.sql.execution.datasources.FileFormat;
import org.apache.spark.sql.execution.datasources.jdbc.JdbcRelationProvider;
import org.apache.spark.sql.execution.datasources.v2.FileDataSourceV2;
import org.apache.spark.sql.sources.CreatableRelationProvider;
import org.apache.spark.sql.sources.RelationProvider;

/**
 * A data source, and what its class says of writing.
 *
 * @param name the name that it was asked for by
 * @param type its class
 */
record WrittenSource(String name, Class<?> type) {
    /** The data source of a short name or class; empty if Spark does not find it. */
    static Optional<WrittenSource> find(SparkSession spark, String name) {
        try {
            return Optional.of(new WrittenSource(
                    name, DataSource.lookupDataSource(name, spark.sessionState().conf())));
        } catch (Exception | LinkageError e) {
            // Spark's own, which it does not declare, and whatever loading a class throws.
            return Optional.empty();
        }
    }

    boolean isJdbc() {
        return type == JdbcRelationProvider.class;
    }

    /** Whether it writes files, which lie at a path. */
    boolean isOfFiles() {
        return is(FileFormat.class) || is(FileDataSourceV2.class);
    }

    boolean canBeWritten() {
        return isOfFiles() || is(CreatableRelationProvider.class) || is(TableProvider.class);
    }

    /** Whether Spark has to be told that rows are added or replace others: nobody can say whether there are any. */
    boolean takes(WriteMode mode) {
        boolean isOfTables = is(TableProvider.class)
                && !isOfFiles()
                && !is(CreatableRelationProvider.class)
                && !is(SupportsCatalogOptions.class);
        return !isOfTables || mode != WriteMode.ERROR;
    }

    /** Whether Spark can read by the options that were written by. */
    boolean canBeRead() {
        return isOfFiles() || is(RelationProvider.class);
    }

    private boolean is(Class<?> other) {
        return other.isAssignableFrom(type);
    }
}
