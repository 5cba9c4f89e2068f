package io.embark.spark;

import io.embark.encode.Statistics;
import java.io.Serializable;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.execution.metric.SQLMetric;
import org.apache.spark.sql.execution.metric.SQLMetrics;

/** The counters of one operator, as the Spark UI shows them. */
final class EmbedMetrics implements Serializable {
    private static final long serialVersionUID = 1L;

    /** One counter: its name in the UI, which {@link EmbedProgress} also knows it by, and what it counts. */
    enum Counter {
        ROWS("texts", Statistics::rows),
        NULLS("null texts", Statistics::nulls),
        DISTINCT("distinct texts", Statistics::distinct),
        TRUNCATED("truncated texts", Statistics::truncated),
        FAILED("failed texts", Statistics::failed),
        TOKENS("tokens", Statistics::tokens),
        BATCHES("batches", Statistics::batches),
        TOKENIZE("time to tokenise", Statistics::tokenizeNanos),
        FORWARD("time in the model", Statistics::forwardNanos),
        WAIT("time waiting for the model", Statistics::waitNanos);

        private final String label;

        @SuppressWarnings("ImmutableEnumChecker") // each is a record's accessor, which has no state
        private final ToLongFunction<Statistics> value;

        Counter(String label, ToLongFunction<Statistics> value) {
            this.label = label;
            this.value = value;
        }

        String label() {
            return label;
        }

        private boolean isTime() {
            return this == TOKENIZE || this == FORWARD || this == WAIT;
        }
    }

    private final EnumMap<Counter, SQLMetric> metrics = new EnumMap<>(Counter.class);

    static EmbedMetrics create(SparkContext context) {
        EmbedMetrics created = new EmbedMetrics();
        for (Counter counter : Counter.values()) {
            created.metrics.put(
                    counter,
                    counter.isTime()
                            ? SQLMetrics.createNanoTimingMetric(context, counter.label(), 0)
                            : SQLMetrics.createMetric(context, counter.label()));
        }
        return created;
    }

    void add(Statistics statistics) {
        metrics.forEach((counter, metric) -> metric.add(counter.value.applyAsLong(statistics)));
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
