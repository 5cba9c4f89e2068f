/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SQLContext;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.sources.BaseRelation;
import org.apache.spark.sql.sources.CreatableRelationProvider;

/** Keeps rows in this JVM, by their first column, under the name of {@code index}; a full one takes two more. */
public class KeyedIndex implements CreatableRelationProvider {
    private static final Map<String, Map<Long, Row>> ALL = new ConcurrentHashMap<>();
    private static final Set<String> FULL = ConcurrentHashMap.newKeySet();

    /** Spark makes it. */
    public KeyedIndex() {}

    static void clear() {
        ALL.clear();
        FULL.clear();
    }

    static Map<Long, Row> of(String index) {
        return ALL.computeIfAbsent(index, name -> new ConcurrentSkipListMap<>());
    }

    static void full(String index, boolean isFull) {
        if (isFull) {
            FULL.add(index);
        } else {
            FULL.remove(index);
        }
    }

    @Override
    public BaseRelation createRelation(
            SQLContext context,
            SaveMode mode,
            scala.collection.immutable.Map<String, String> options,
            Dataset<Row> rows) {
        String name = options.apply("index");
        Map<Long, Row> index = of(name);
        int taken = 0;
        for (Row row : rows.collectAsList()) {
            if (FULL.contains(name) && taken++ == 2) {
                throw new UncheckedIOException(new IOException("the index is full"));
            }
            index.put(row.getLong(0), row);
        }
        return null;
    }
}
