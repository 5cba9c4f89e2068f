/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.job.sink.SinkContract;
import io.embark.job.sink.SinkKind;
import io.embark.spark.LakeSpark;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;

/** A table of a lake. */
@Tag("lakes")
abstract class LakeContract extends SinkContract {
    /** The table as SQL names it. */
    abstract String table();

    @AfterEach
    void dropTable() {
        spark().sql("DROP TABLE IF EXISTS " + table());
    }

    @Override
    protected final void beforeOtherColumns() {
        dropTable();
    }

    @Override
    protected final SparkSession spark() {
        return LakeSpark.session();
    }

    @Override
    protected final SinkKind kind() {
        return new CatalogKind();
    }

    @Override
    protected final Dataset<Row> stored() {
        return spark().table(table());
    }

    @Override
    protected boolean isThere() {
        return spark().catalog().tableExists(table());
    }
}
