/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import io.embark.job.sink.SinkContract;
import io.embark.job.sink.SinkKind;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.sink.store.StoreKind;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** A table of PostgreSQL holds what every place does. */
@Tag("postgresql")
class PostgresContractTest extends SinkContract {
    private static final String TABLE = "\"Über.the \"\"table\"\"\"";

    private final PostgresServer server = PostgresServer.plain();

    @BeforeEach
    @Override
    protected void beforeOtherColumns() {
        try {
            server.run("DROP TABLE IF EXISTS " + TABLE);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected SinkKind kind() {
        return new StoreKind();
    }

    @Override
    protected SinkRequest place(WriteMode mode) {
        return server.request(TABLE, mode, Map.of(), Optional.empty());
    }

    @Override
    protected Dataset<Row> stored() {
        return spark().read().format("jdbc").options(server.options(TABLE)).load();
    }

    @Override
    protected boolean isThere() {
        try {
            return !server.ask("SELECT 1 FROM pg_class WHERE relname = 'Über.the \"table\"'")
                    .isEmpty();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
