/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.job.print.Figures;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.Row;

/**
 * How many keys of source and target there are of each class.
 *
 * @param counts the number of each class that there is
 * @param examples one key of each
 */
record ClassCounts(Map<RowClass, Long> counts, Map<RowClass, String> examples) {
    /** Nothing was compared. */
    static final ClassCounts NONE = of(List.of());

    /** Takes its own copies. */
    ClassCounts {
        counts = Map.copyOf(counts);
        examples = Map.copyOf(examples);
    }

    /** Of the rows that {@link Comparison#counted} gives. */
    static ClassCounts of(List<Row> rows) {
        Map<RowClass, Long> counts = new EnumMap<>(RowClass.class);
        Map<RowClass, String> examples = new EnumMap<>(RowClass.class);
        for (Row row : rows) {
            RowClass of = RowClass.valueOf(row.getString(0).toUpperCase(Locale.ROOT));
            counts.put(of, row.getLong(1));
            examples.put(of, String.valueOf(row.getString(2)));
        }
        return new ClassCounts(counts, examples);
    }

    long get(RowClass of) {
        return counts.getOrDefault(of, 0L);
    }

    /** Rows whose texts are to be embedded. */
    long toEmbed() {
        return get(RowClass.NEW) + get(RowClass.CHANGED);
    }

    /** Rows that are written in any way. */
    long differing() {
        return toEmbed() + get(RowClass.UPDATED) + get(RowClass.GONE);
    }

    /** Rows, or documents, of the source. */
    long inTheSource() {
        return toEmbed()
                + get(RowClass.UPDATED)
                + get(RowClass.UNCHANGED)
                + get(RowClass.OTHER_MODEL)
                + get(RowClass.DOUBLED)
                + get(RowClass.NULL_KEY);
    }

    /** Rows, or documents, of the target. */
    long inTheTarget() {
        return get(RowClass.CHANGED)
                + get(RowClass.UPDATED)
                + get(RowClass.UNCHANGED)
                + get(RowClass.OTHER_MODEL)
                + get(RowClass.GONE)
                + get(RowClass.LEFT_ALONE);
    }

    boolean has(RowClass of) {
        return get(of) > 0;
    }

    /** One key of a class. */
    String example(RowClass of) {
        return examples.getOrDefault(of, "");
    }

    /** For people. */
    String shown(boolean documents) {
        return "%s new, %s changed, %s in other columns only, %s unchanged, %s that left the source%s"
                .formatted(
                        Figures.count(get(RowClass.NEW)),
                        Figures.count(get(RowClass.CHANGED)),
                        Figures.count(get(RowClass.UPDATED)),
                        Figures.count(get(RowClass.UNCHANGED)),
                        Figures.count(get(RowClass.GONE)),
                        documents ? " (documents)" : "");
    }

    /**
     * Under the names that {@code summary.json} has for them.
     *
     * @param flags whether rows that are gone are flagged rather than deleted
     */
    Map<String, Long> named(boolean flags) {
        Map<String, Long> all = new LinkedHashMap<>();
        all.put("new", get(RowClass.NEW));
        all.put("changed", get(RowClass.CHANGED));
        all.put("updated", get(RowClass.UPDATED));
        all.put("unchanged", get(RowClass.UNCHANGED));
        all.put("deleted", flags ? 0 : get(RowClass.GONE));
        all.put("flagged", flags ? get(RowClass.GONE) : 0);
        all.put("kept", get(RowClass.LEFT_ALONE));
        return all;
    }
}
