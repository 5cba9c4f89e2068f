/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import java.nio.file.Path;
import org.apache.hadoop.fs.FileUtil;
import org.junit.jupiter.api.io.TempDir;

/** Delta's tables by their folders. */
class DeltaPathRefreshTest extends LakeRefreshContract {
    @TempDir
    Path folder;

    private Path place() {
        return folder.resolve("a folder, 100 %25 it's");
    }

    @Override
    String table() {
        return "delta.`%s`".formatted(place());
    }

    /** There is nothing to drop but the folder. */
    @Override
    void dropTable() {
        FileUtil.fullyDelete(place().toFile());
    }

    @Override
    protected SinkRequest place(WriteMode mode) {
        return SinkRequest.folder(place().toString(), mode).as("delta");
    }

    /** Without column mapping. */
    @Override
    protected String awkward() {
        return "a.b`c`\"d\"";
    }

    @Override
    long versions() {
        return spark().sql("DESCRIBE HISTORY " + table()).count();
    }
}
