package io.embark.job;

import java.util.List;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * Puts the cosine with a query in the place of a row's first column, which is its vector; null where it has none, or one of
 * another length or of length 0. In Java, since Spark's own functions over arrays take ten times as long.
 */
final class CosineScore implements MapFunction<Row, Row> {
    private static final long serialVersionUID = 1L;

    /** Of length 1, unless all its components are 0. */
    private final double[] query;

    CosineScore(float[] query) {
        double squares = 0;
        for (float component : query) {
            squares += (double) component * component;
        }
        double length = squares == 0 ? 1 : Math.sqrt(squares);
        this.query = new double[query.length];
        for (int i = 0; i < query.length; i++) {
            this.query[i] = query[i] / length;
        }
    }

    @Override
    public Row call(Row row) {
        Object[] scored = new Object[row.size()];
        scored[0] = row.isNullAt(0) ? null : score(row.getList(0));
        for (int i = 1; i < scored.length; i++) {
            scored[i] = row.get(i);
        }
        return RowFactory.create(scored);
    }

    private Double score(List<? extends Number> vector) {
        if (vector.size() != query.length) {
            return null;
        }

        double dot = 0;
        double squares = 0;
        int i = 0;
        for (Number component : vector) {
            if (component == null) {
                return null;
            }

            double value = component.doubleValue();
            dot += value * query[i++];
            squares += value * value;
        }
        return squares > 0 ? dot / Math.sqrt(squares) : null;
    }
}
