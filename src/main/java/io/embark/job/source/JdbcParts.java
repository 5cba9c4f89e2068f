/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;

/**
 * The parts in which a table of a database is read, each over a connection of its own. Spark reads it over one unless it is
 * told how to part it: where the column that names a row is a number, each core gets a range between the smallest and the
 * largest. The first range has no lower bound and takes rows without a number, the last has no upper one, so no row is lost.
 *
 * @param column the column that parts it
 * @param count how many parts there are, at least 2
 */
record JdbcParts(String column, int count, long smallest, long largest) {
    static final String COLUMN = "partitionColumn";

    /** Connections that a run opens unless it is told otherwise; databases allow a hundred or so. */
    private static final int MOST = 64;

    static final String COUNT = "numPartitions";

    /**
     * The parts of a table; empty if it is not worth it.
     *
     * @param bounds one row: the smallest and the largest value of the column
     * @param options how it is read, in letters of either case
     * @return empty where there are no numbers, or one part takes them all
     */
    static Optional<JdbcParts> of(StructField column, Dataset<Row> bounds, Map<String, String> options) {
        Row found = bounds.toDF("smallest", "largest")
                .selectExpr("CAST(smallest AS STRING)", "CAST(largest AS STRING)")
                .head();
        if (found.isNullAt(0) || found.isNullAt(1)) {
            return Optional.empty();
        }
        try {
            long smallest = number(found.getString(0), RoundingMode.FLOOR);
            long largest = number(found.getString(1), RoundingMode.CEILING);
            int cores = bounds.sparkSession().sparkContext().defaultParallelism();
            String wanted = options.getOrDefault(COUNT, String.valueOf(Math.min(MOST, cores)));
            int count = BigDecimal.valueOf(largest)
                    .subtract(BigDecimal.valueOf(smallest))
                    .min(new BigDecimal(wanted))
                    .intValue();
            return count < 2 ? Optional.empty() : Optional.of(new JdbcParts(column.name(), count, smallest, largest));
        } catch (ArithmeticException | NumberFormatException e) {
            // Beyond what Spark's bounds hold, or no number, such as NaN; of a wrong count Spark tells itself.
            return Optional.empty();
        }
    }

    private static long number(String text, RoundingMode mode) {
        return new BigDecimal(text).setScale(0, mode).longValueExact();
    }

    /** Whether a table can be parted by a column, and nobody said how. */
    static boolean fit(StructField column, Map<String, String> options) {
        return column.dataType() instanceof NumericType && !options.containsKey(COLUMN);
    }

    /** The options with these. */
    Map<String, String> in(Map<String, String> options) {
        Map<String, String> parted = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        parted.putAll(options);
        parted.put(COLUMN, column);
        parted.put(COUNT, String.valueOf(count));
        parted.put("lowerBound", String.valueOf(smallest));
        parted.put("upperBound", String.valueOf(largest));
        return parted;
    }

    /** For people. */
    String note() {
        return "read in %s parts by column %s, from %s to %s".formatted(count, column, smallest, largest);
    }
}
