/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.store.Store;
import io.embark.job.sink.store.StoreFormat;

/**
 * Collections of Milvus and Zilliz Cloud, and of Milvus Lite. The jar that has this class names it as a service.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class MilvusFormat implements StoreFormat {
    static final String NAME = "milvus";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Store open(SinkRequest request) {
        return new MilvusStore(MilvusOptions.of(request.options()));
    }
}
