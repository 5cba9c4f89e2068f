/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.exec;

import io.embark.encode.Count;
import io.embark.encode.Count.Unit;
import io.embark.encode.EmbedCounts;
import java.io.Serializable;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.execution.metric.SQLMetric;
import org.apache.spark.sql.execution.metric.SQLMetrics;

/** The counters of one operator, as the Spark UI shows them. */
final class EmbedMetrics implements Serializable {
    private static final long serialVersionUID = 1L;

    /** One counter: its name in the UI, which {@link EmbedProgress} also knows it by, and what it counts. */
    enum Counter {
        ROWS("rows", "Rows that came through.", Unit.NUMBER),
        TEXTS(Count.TEXTS),
        NULLS(Count.NULLS),
        DISTINCT(Count.DISTINCT),
        TRUNCATED(Count.TRUNCATED),
        CHUNKS(Count.CHUNKS),
        FAILED(Count.FAILED),
        TOKENS(Count.TOKENS),
        BATCHES(Count.BATCHES),
        PEAK(Count.PEAK),
        TOKENIZE(Count.TOKENIZE),
        FORWARD(Count.FORWARD),
        WAIT(Count.WAIT),
        LOAD("model load time", "Time to load the model, in the task that asked for it first.", Unit.NANOS);

        private final String label;
        private final String description;
        private final Unit unit;

        @SuppressWarnings("ImmutableEnumChecker") // of a constant
        private final Optional<Count> count;

        Counter(Count count) {
            this.label = count.label();
            this.description = count.description();
            this.unit = count.unit();
            this.count = Optional.of(count);
        }

        /** Of what an operator counts beside its embedders. */
        Counter(String label, String description, Unit unit) {
            this.label = label;
            this.description = description;
            this.unit = unit;
            this.count = Optional.empty();
        }

        String label() {
            return label;
        }

        /** What it counts, for the manual. */
        String description() {
            return description;
        }

        /** What embedders count by the same name; empty for what only an operator knows. */
        Optional<Count> count() {
            return count;
        }

        private SQLMetric create(SparkContext context) {
            return switch (unit) {
                case NUMBER -> SQLMetrics.createMetric(context, label);
                // Tasks without a value of their own, such as a load time, are left out of the minimum and the median.
                case NANOS -> SQLMetrics.createNanoTimingMetric(context, label, -1);
                // The only metric of Spark's that shows no sum over tasks. Its value is in tenths.
                case PEAK -> SQLMetrics.createAverageMetric(context, label);
            };
        }
    }

    private final EnumMap<Counter, SQLMetric> metrics = new EnumMap<>(Counter.class);

    private long peakBatchTokens;

    static EmbedMetrics create(SparkContext context) {
        EmbedMetrics created = new EmbedMetrics();
        for (Counter counter : Counter.values()) {
            created.metrics.put(counter, counter.create(context));
        }
        return created;
    }

    void add(EmbedCounts counts) {
        metrics.forEach((counter, metric) -> {
            if (counter.count.isPresent() && counter.unit != Unit.PEAK) {
                metric.add(counts.get(counter.count.get()));
            }
        });
        peakBatchTokens = Math.max(peakBatchTokens, counts.get(Count.PEAK));
        metrics.get(Counter.PEAK).set((double) peakBatchTokens);
    }

    void addRows(long rows) {
        metrics.get(Counter.ROWS).add(rows);
    }

    /** Called by the task that loaded a model, and by no other. */
    void addLoad(long nanos) {
        metrics.get(Counter.LOAD).add(nanos);
    }

    /** As Spark's plan nodes hand out their metrics. */
    scala.collection.immutable.Map<String, SQLMetric> byKey() {
        scala.collection.immutable.Map<String, SQLMetric> byKey = scala.collection.immutable.Map$.MODULE$.empty();
        for (Map.Entry<Counter, SQLMetric> entry : metrics.entrySet()) {
            byKey = byKey.updated(entry.getKey().name(), entry.getValue());
        }
        return byKey;
    }
}
