/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.job.sink.SinkContract;
import io.embark.job.sink.SinkKind;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.connector.catalog.StagingInMemoryTableCatalog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Tables of a catalog that stages what it creates. */
class CatalogContractTest extends SinkContract {
    private static final String TABLE = "shelf.`db 1`.`t.1`";

    @BeforeEach
    void createNamespace() {
        spark().conf().set("spark.sql.catalog.shelf", StagingInMemoryTableCatalog.class.getName());
        spark().sql("CREATE NAMESPACE IF NOT EXISTS shelf.`db 1`");
    }

    @AfterEach
    void dropTable() {
        spark().sql("DROP TABLE IF EXISTS " + TABLE);
    }

    @Override
    protected void beforeOtherColumns() {
        dropTable();
    }

    @Override
    protected SinkKind kind() {
        return new CatalogKind();
    }

    @Override
    protected SinkRequest place(WriteMode mode) {
        return SinkRequest.table(TABLE, mode);
    }

    @Override
    protected Dataset<Row> stored() {
        return spark().table(TABLE);
    }

    @Override
    protected boolean isThere() {
        return spark().catalog().tableExists(TABLE);
    }
}
