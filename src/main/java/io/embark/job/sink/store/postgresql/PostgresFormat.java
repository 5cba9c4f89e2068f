/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.store.Store;
import io.embark.job.sink.store.StoreFormat;

/**
 * Tables of PostgreSQL.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class PostgresFormat implements StoreFormat {
    static final String NAME = "postgresql";

    /** Found as a service. */
    public PostgresFormat() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Store open(SinkRequest request) {
        return new PostgresStore(PostgresOptions.of(request.options(), System.getenv()));
    }
}
