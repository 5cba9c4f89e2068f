/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import org.junit.jupiter.api.Test;

class StoreKindTest {
    /** The tests run without the jar for Milvus. */
    @Test
    void aStoreWhoseJarIsMissingIsToldWithWhatToAdd() {
        SinkRequest request = SinkRequest.folder("unused", WriteMode.APPEND).as("Milvus");
        StoreKind kind = new StoreKind();

        assertThat(kind.opens(null, request)).isTrue();
        assertThatThrownBy(() -> kind.open(null, request)).hasMessage("""
                        option output-format: the jar for milvus is missing
                        What writes to it comes in a jar of its own, which jobs/embark of a checkout adds by itself.
                        Add --packages io.embark:embark-milvus:VERSION.""");
    }
}
