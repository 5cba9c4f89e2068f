/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import com.google.gson.JsonObject;
import io.milvus.v2.common.IndexParam;
import io.milvus.v2.common.IndexParam.IndexType;
import io.milvus.v2.common.IndexParam.MetricType;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * How vectors are found, as somebody asked for it. An index that is there already is held against it.
 *
 * @param type the kind of index; empty for the server's own choice
 * @param metric how near two vectors are; empty for {@link #METRIC}
 * @param parameters those of the kind of index, by name
 */
record MilvusIndex(Optional<IndexType> type, Optional<MetricType> metric, Map<String, String> parameters) {
    /** The vectors of nearly all models are compared so. */
    static final MetricType METRIC = MetricType.COSINE;

    /** Those that the vectors here can have. */
    static final List<MetricType> METRICS = List.of(MetricType.COSINE, MetricType.IP, MetricType.L2);

    static final List<IndexType> TYPES = List.of(
            IndexType.AUTOINDEX,
            IndexType.FLAT,
            IndexType.HNSW,
            IndexType.HNSW_SQ,
            IndexType.HNSW_PQ,
            IndexType.HNSW_PRQ,
            IndexType.IVF_FLAT,
            IndexType.IVF_SQ8,
            IndexType.IVF_PQ,
            IndexType.SCANN,
            IndexType.DISKANN,
            IndexType.GPU_CAGRA,
            IndexType.GPU_IVF_FLAT,
            IndexType.GPU_IVF_PQ,
            IndexType.GPU_BRUTE_FORCE);

    /** All of them as one JSON, which every server reads; Milvus Lite passes over those that come one by one. */
    private static final String PARAMETERS = "params";

    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,18}(\\.\\d{1,18})?");

    MilvusIndex {
        parameters = Map.copyOf(parameters);
    }

    /** The index of a new field. */
    IndexParam of(String field) {
        return IndexParam.builder()
                .fieldName(field)
                .indexType(type.orElse(IndexType.AUTOINDEX))
                .metricType(metric.orElse(METRIC))
                .extraParams(parameters.isEmpty() ? Map.of() : Map.of(PARAMETERS, json()))
                .build();
    }

    private String json() {
        JsonObject json = new JsonObject();
        new TreeMap<>(parameters).forEach((name, value) -> {
            if (NUMBER.matcher(value).matches()) {
                json.addProperty(name, new BigDecimal(value));
            } else {
                json.addProperty(name, value);
            }
        });
        return json.toString();
    }
}
