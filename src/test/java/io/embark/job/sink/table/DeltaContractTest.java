/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import org.junit.jupiter.api.BeforeEach;

/** Delta's tables by name. */
class DeltaContractTest extends LakeContract {
    @BeforeEach
    void createDatabase() {
        spark().sql("CREATE DATABASE IF NOT EXISTS deltas");
    }

    @Override
    String table() {
        return "deltas.t";
    }

    @Override
    protected SinkRequest place(WriteMode mode) {
        return SinkRequest.table(table(), mode).as("delta");
    }

    /** Without column mapping. */
    @Override
    protected boolean takesColumn(String name) {
        return !name.contains(" ");
    }
}
