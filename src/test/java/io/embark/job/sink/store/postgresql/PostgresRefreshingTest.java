/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import io.embark.job.sink.RefreshingContract;
import io.embark.job.sink.SinkKind;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.sink.store.StoreKind;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** A table of PostgreSQL is brought up to date as every place is. */
@Tag("postgresql")
class PostgresRefreshingTest {
    abstract static class PostgresRefreshing extends RefreshingContract {
        private static final String TABLE = "\"Über.the \"\"refreshed\"\"\"";

        private final PostgresServer server;
        private final Optional<String> vectorType;

        PostgresRefreshing(PostgresServer server, Optional<String> vectorType) {
            this.server = server;
            this.vectorType = vectorType;
        }

        @BeforeEach
        void makeWay() throws SQLException {
            server.run("DROP TABLE IF EXISTS " + TABLE);
        }

        @Override
        protected SinkKind kind() {
            return new StoreKind();
        }

        @Override
        protected SinkRequest place(WriteMode mode) {
            return server.request(TABLE, mode, Map.of(), vectorType);
        }

        @Override
        protected boolean takesNullKeys() {
            return false;
        }
    }

    @Nested
    class Arrays extends PostgresRefreshing {
        Arrays() {
            super(PostgresServer.plain(), Optional.empty());
        }
    }

    @Nested
    class Vectors extends PostgresRefreshing {
        Vectors() {
            super(PostgresServer.withVectors(), Optional.of("vector"));
        }
    }
}
