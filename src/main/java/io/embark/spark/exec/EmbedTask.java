package io.embark.spark.exec;

import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;

/**
 * What the tasks of an operator carry with them, which is not the plan.
 *
 * @param calls what is embedded
 * @param input the columns that come in
 * @param output the same, and one more for each call
 * @param metrics the operator's counters
 */
record EmbedTask(List<PinnedCall> calls, List<Attribute> input, List<Attribute> output, EmbedMetrics metrics)
        implements Function2<Integer, Iterator<InternalRow>, Iterator<InternalRow>> {
    @Override
    public Iterator<InternalRow> call(Integer partition, Iterator<InternalRow> rows) {
        return new EmbedIterator(partition, rows, this);
    }
}
