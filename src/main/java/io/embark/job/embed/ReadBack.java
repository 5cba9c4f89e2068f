/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.job.sink.Capability;
import io.embark.job.sink.Sink;
import io.embark.job.table.Columns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.Metadata;
import scala.collection.Seq;

/**
 * A few rows of an output, read back: their texts are embedded once more, and the vectors that stand beside them have to be the
 * same, bit for bit. A type on the way that does not hold them shows here, and not in a search next week.
 *
 * @param columns what the run adds
 * @param ids the columns that name a row, for the error
 * @param options how texts were embedded
 * @param metadata what the columns of vectors say
 * @hidden Public for Embark's other rooms only.
 */
public record ReadBack(VectorColumns columns, List<String> ids, EmbedOptions options, Metadata metadata) {
    /** Enough for a type that changes all of them; embedding them takes less than a hundredth of a run that is worth a thought. */
    private static final int ROWS = 4;

    private static final String ID = "embark_id";
    private static final String STORED = "embark_stored_";

    /** Whether an output can be asked for rows of this run, once they are in it, and did not compare them by itself. */
    public static boolean canTellRowsOf(Sink sink) {
        return sink.can(Capability.READS_BACK) && sink.holdsThisRunAlone() && !sink.makesVectorTypes();
    }

    /**
     * Compares.
     *
     * @param output the place, for the error
     * @param written rows that this run wrote
     * @throws EmbarkException {@link ErrorCode#RUN_FAILED} that names the first row whose vector is another
     */
    public void require(String output, Dataset<Row> written) {
        List<String> vectors = List.copyOf(columns.byText().values());
        List<Column> selected = new ArrayList<>();
        Stream.concat(columns.byText().keySet().stream(), ids.stream())
                .distinct()
                .forEach(name -> selected.add(Columns.named(name)));
        selected.add((ids.isEmpty() ? functions.lit("") : IdColumns.text(ids)).as(ID));
        for (int i = 0; i < vectors.size(); i++) {
            selected.add(Columns.named(vectors.get(i)).as(STORED + i));
        }
        if (columns.chunked()) {
            selected.add(Columns.named(VectorColumns.CHUNK).as(STORED + VectorColumns.CHUNK));
        }
        Dataset<Row> chosen = written.select(selected.toArray(new Column[0]));
        List<Row> sample = chosen.limit(ROWS).collectAsList();
        if (sample.isEmpty()) {
            return;
        }

        Dataset<Row> again = written.sparkSession().createDataFrame(sample, chosen.schema());
        Dataset<Row> embedded = columns.embed(again, options, metadata);
        if (columns.chunked()) {
            embedded = embedded.where(
                    Columns.named(VectorColumns.CHUNK).eqNullSafe(Columns.named(STORED + VectorColumns.CHUNK)));
        }
        for (Row row : embedded.collectAsList()) {
            for (int i = 0; i < vectors.size(); i++) {
                Object stored = row.getAs(STORED + i);
                Object computed = row.getAs(vectors.get(i));
                if (!same(stored, computed)) {
                    throw RunErrors.vectorHasChanged(
                            output, vectors.get(i), row.getAs(ID), shown(stored), shown(computed));
                }
            }
        }
    }

    /** Sequences of numbers are the same if their elements are equal objects: floats by their bits, and none equals a double. */
    private static boolean same(Object stored, Object computed) {
        if (stored instanceof Seq<?> one && computed instanceof Seq<?> other) {
            return one.length() == other.length()
                    && IntStream.range(0, one.length()).allMatch(i -> Objects.equals(one.apply(i), other.apply(i)));
        }
        if (stored instanceof byte[] one && computed instanceof byte[] other) {
            return Arrays.equals(one, other);
        }
        return Objects.equals(stored, computed);
    }

    private static String shown(Object vector) {
        if (vector instanceof Seq<?> numbers) {
            return "%s components, the first %s"
                    .formatted(numbers.length(), numbers.isEmpty() ? "none" : String.valueOf(numbers.apply(0)));
        }
        return vector instanceof byte[] bytes ? bytes.length + " bytes" : String.valueOf(vector);
    }
}
