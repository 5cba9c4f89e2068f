package io.embark.spark.exec;

import io.embark.encode.Statistics;
import java.io.Serializable;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.execution.metric.SQLMetric;
import org.apache.spark.sql.execution.metric.SQLMetrics;

/** The counters of one operator, as the Spark UI shows them. */
public final class EmbedMetrics implements Serializable {
    private static final long serialVersionUID = 1L;

    /** One counter: its name in the UI, which {@link EmbedProgress} also knows it by, and what it counts. */
    public enum Counter {
        ROWS("rows", "Rows that came through.", Kind.COUNT, null),
        TEXTS(
                "texts",
                "Texts handed to the model: for each row as many as different texts are embedded.",
                Kind.COUNT,
                Statistics::texts),
        NULLS("null texts", "Those of them that were null, or blank with `blank=null`.", Kind.COUNT, Statistics::nulls),
        DISTINCT(
                "distinct texts",
                "Texts, or chunks of them, that went through the network; equal ones of one window count once.",
                Kind.COUNT,
                Statistics::distinct),
        TRUNCATED("truncated texts", "Texts that were cut to the limit.", Kind.COUNT, Statistics::truncated),
        CHUNKS(
                "chunks",
                "Chunks that texts were cut into with `long-text=mean` or `chunks`; a text that fits is one chunk.",
                Kind.COUNT,
                Statistics::chunks),
        FAILED(
                "failed texts",
                "Texts without a vector because they could not be embedded, with `on-error=null`.",
                Kind.COUNT,
                Statistics::failed),
        TOKENS(
                "tokens",
                "Tokens that went through the network, special tokens and prompt included.",
                Kind.COUNT,
                Statistics::tokens),
        BATCHES("batches", "Forward passes.", Kind.COUNT, Statistics::batches),
        PEAK(
                "peak batch tokens",
                "Tokens of the largest batch: the smallest, median and largest of all tasks.",
                Kind.PEAK,
                null),
        TOKENIZE(
                "time to tokenise",
                "Time spent on repairing, cutting and tokenising texts.",
                Kind.NANOS,
                Statistics::tokenizeNanos),
        FORWARD(
                "time in the model",
                "Time of forward passes, summed over compute threads.",
                Kind.NANOS,
                Statistics::forwardNanos),
        WAIT(
                "time waiting for the model",
                "Time that tasks waited for their batches.",
                Kind.NANOS,
                Statistics::waitNanos),
        LOAD("model load time", "Time to load the model, in the task that asked for it first.", Kind.NANOS, null);

        private enum Kind {
            COUNT,
            NANOS,
            PEAK
        }

        private final String label;
        private final String description;
        private final Kind kind;

        /** Null for what the model room does not know. */
        @SuppressWarnings("ImmutableEnumChecker") // each is a record's accessor, which has no state
        private final ToLongFunction<Statistics> value;

        Counter(String label, String description, Kind kind, ToLongFunction<Statistics> value) {
            this.label = label;
            this.description = description;
            this.kind = kind;
            this.value = value;
        }

        public String label() {
            return label;
        }

        /** What it counts, for the manual. */
        String description() {
            return description;
        }

        private SQLMetric create(SparkContext context) {
            return switch (kind) {
                case COUNT -> SQLMetrics.createMetric(context, label);
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

    void add(Statistics statistics) {
        metrics.forEach((counter, metric) -> {
            if (counter.value != null) {
                metric.add(counter.value.applyAsLong(statistics));
            }
        });
        peakBatchTokens = Math.max(peakBatchTokens, statistics.peakBatchTokens());
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
