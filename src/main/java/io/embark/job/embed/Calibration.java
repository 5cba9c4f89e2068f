/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.Encoding;
import io.embark.EncodingRanges;
import io.embark.ErrorCode;
import io.embark.LongText;
import io.embark.job.print.Figures;
import io.embark.job.source.Repartitioning;
import io.embark.job.table.Columns;
import io.embark.spark.EmbarkFunctions;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * Takes the ranges of int8 and uint8 from a sample of the texts that a run embeds: once for all rows, so that the codes of a
 * text do not depend on its partition. The sample is the first {@value #TEXTS} different texts by their hash, the same ones
 * however the table is partitioned.
 *
 * @param ranges the smallest and the greatest value of each component
 * @param texts how many texts had a vector
 * @hidden Public for Embark's other rooms only.
 */
public record Calibration(EncodingRanges ranges, long texts) {
    public static final int TEXTS = 10_000;

    /** With fewer, Sentence Transformers warns. */
    private static final int FEW = 100;

    /** Whether the options ask for an encoding that needs ranges, and give none. */
    public static boolean isNeeded(EmbedOptions options) {
        return options.get(EmbedOptions.ENCODING).needsRanges() && options.get(EmbedOptions.ENCODING_RANGES) == null;
    }

    /** The options as they can be computed with before there are ranges: with vectors in float32 as long as they are needed. */
    public static EmbedOptions computable(EmbedOptions options) {
        return isNeeded(options) ? options.with(EmbedOptions.ENCODING, Encoding.FLOAT32) : options;
    }

    /**
     * Embeds the sample.
     *
     * @param columns the columns of texts, which get the same ranges
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if fewer than two texts have a vector
     */
    public static Calibration of(Dataset<Row> rows, Collection<String> columns, EmbedOptions options) {
        Column text = functions.col("text");
        Dataset<Row> texts = columns.stream()
                .map(column -> rows.select(Columns.named(column).as("text")))
                .reduce(Dataset::union)
                .orElseThrow()
                .where(text.isNotNull())
                .distinct();
        int cores = rows.sparkSession().sparkContext().defaultParallelism();
        List<Extremes> extremes = texts.orderBy(functions.xxhash64(text), text)
                .limit(TEXTS)
                .repartition(Math.toIntExact(Repartitioning.partitions(TEXTS, cores)))
                .select(EmbarkFunctions.embed(text, ofWholeTexts(computable(options))))
                .javaRDD()
                .mapPartitions(Calibration::extremes)
                .collect();
        Extremes all = extremes.stream().reduce(Extremes::plus).orElseGet(Extremes::new);
        if (all.texts < 2) {
            throw RunErrors.tooFewTextsForRanges(options.get(EmbedOptions.ENCODING), all.texts);
        }
        return new Calibration(EncodingRanges.of(all.min, all.max), all.texts);
    }

    /** The first chunk of a text stands for all of them. */
    private static EmbedOptions ofWholeTexts(EmbedOptions options) {
        return options.get(EmbedOptions.LONG_TEXT) == LongText.CHUNKS
                ? options.with(EmbedOptions.LONG_TEXT, LongText.TRUNCATE)
                : options;
    }

    /** The options with these ranges. */
    public EmbedOptions in(EmbedOptions options) {
        return options.with(EmbedOptions.ENCODING_RANGES, ranges);
    }

    /** What people should know about the ranges. */
    public String note() {
        String taken = "the ranges of the encoding are those of %s of the table"
                .formatted(Figures.count(texts, "text", "texts"));
        return texts < FEW ? taken + "; the codes would be better with those of %s or more".formatted(FEW) : taken;
    }

    private static Iterator<Extremes> extremes(Iterator<Row> rows) {
        Extremes extremes = new Extremes();
        while (rows.hasNext()) {
            Row row = rows.next();
            if (!row.isNullAt(0)) {
                extremes.add(row.getList(0));
            }
        }
        return (extremes.texts == 0 ? Stream.<Extremes>empty() : Stream.of(extremes)).iterator();
    }

    /** The smallest and the greatest value of each component of some vectors. */
    private static final class Extremes implements Serializable {
        private static final long serialVersionUID = 1L;

        private float[] min = new float[0];
        private float[] max = new float[0];
        private long texts;

        void add(List<Float> vector) {
            if (texts++ == 0) {
                min = new float[vector.size()];
                max = new float[vector.size()];
                Arrays.fill(min, Float.POSITIVE_INFINITY);
                Arrays.fill(max, Float.NEGATIVE_INFINITY);
            }
            int i = 0;
            for (float component : vector) {
                min[i] = Math.min(min[i], component);
                max[i] = Math.max(max[i], component);
                i++;
            }
        }

        Extremes plus(Extremes other) {
            for (int i = 0; i < min.length; i++) {
                min[i] = Math.min(min[i], other.min[i]);
                max[i] = Math.max(max[i], other.max[i]);
            }
            texts += other.texts;
            return this;
        }
    }
}
