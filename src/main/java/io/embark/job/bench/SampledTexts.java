/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import io.embark.job.table.Columns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * Texts of a table, from parts of it that lie far from each other, so that only these are read.
 *
 * @param texts none null
 * @param rows how many rows they are of
 */
record SampledTexts(List<String> texts, long rows) {
    private static final int PARTS = 32;

    /** Characters of all parts together: they lie in the driver, and in each executor. */
    private static final long MOST_CHARS = 64L << 20;

    /**
     * Reads them.
     *
     * @param columns the columns of texts
     * @param most how many texts are wanted
     * @param maxChars characters of a text behind which nobody reads
     * @param blank whether blank texts are among them
     */
    static SampledTexts of(Dataset<Row> rows, List<String> columns, int most, int maxChars, boolean blank) {
        Column[] cut = columns.stream()
                .map(column -> functions.substring(Columns.named(column), 1, maxChars))
                .toArray(Column[]::new);
        Dataset<Row> texts = rows.select(cut);
        JavaRDD<Row> all = texts.javaRDD();
        int parts = all.getNumPartitions();
        int[] chosen = IntStream.range(0, Math.min(PARTS, parts))
                .map(i -> (int) ((long) i * parts / Math.min(PARTS, parts)))
                .toArray();
        if (chosen.length == 0) {
            return new SampledTexts(List.of(), 0);
        }
        int each = (most - 1) / chosen.length / columns.size() + 1;
        long chars = MOST_CHARS / chosen.length;
        List<String[]> found = Arrays.stream(all.mapPartitions(some -> first(some, each, chars, blank))
                        .collectPartitions(chosen))
                .flatMap(List::stream)
                .toList();
        boolean isFew = found.size() < most / columns.size() / 2;
        if (isFew && parts > PARTS) {
            // A condition may leave most parts empty.
            found = texts.limit(most)
                    .javaRDD()
                    .mapPartitions(some -> first(some, most, MOST_CHARS, blank))
                    .collect();
        }
        return new SampledTexts(found.stream().flatMap(Stream::of).limit(most).toList(), Math.max(1, found.size()));
    }

    /** The texts of each of the first rows, none of a row without. */
    private static Iterator<String[]> first(Iterator<Row> rows, int most, long mostChars, boolean blank) {
        List<String[]> texts = new ArrayList<>();
        long chars = 0;
        while (texts.size() < most && chars < mostChars && rows.hasNext()) {
            Row row = rows.next();
            String[] ofRow = IntStream.range(0, row.size())
                    .mapToObj(row::getString)
                    .filter(text -> text != null && (blank || !text.isBlank()))
                    .toArray(String[]::new);
            chars += Stream.of(ofRow).mapToLong(String::length).sum();
            texts.add(ofRow);
        }
        return texts.iterator();
    }
}
