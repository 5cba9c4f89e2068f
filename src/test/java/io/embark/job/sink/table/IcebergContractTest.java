/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;

/** Iceberg's tables by name, in a catalog that makes its namespaces on the way. */
class IcebergContractTest extends LakeContract {
    @Override
    String table() {
        return "lake.`db 1`.`t.1`";
    }

    @Override
    protected SinkRequest place(WriteMode mode) {
        return SinkRequest.table(table(), mode);
    }
}
