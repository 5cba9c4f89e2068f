/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.print;

import java.util.ArrayList;
import java.util.List;

/**
 * A table for people: columns of equal width, cut so that a row fits a line.
 *
 * @param header the names of the columns
 * @param rows the cells, each row as long as the header
 * @hidden Public for Embark's other rooms only.
 */
public record TextTable(List<String> header, List<List<String>> rows) {
    private static final String GAP = "  ";
    private static final int NARROWEST = 8;

    /** The table's lines, none longer than so many characters unless columns are too many for that. */
    public List<String> lines(int width) {
        List<List<String>> all = new ArrayList<>();
        all.add(header);
        rows.forEach(row -> all.add(row.stream().map(TextTable::clean).toList()));
        int[] widths = widths(all, width);
        return all.stream().map(row -> line(row, widths)).toList();
    }

    private int[] widths(List<List<String>> all, int width) {
        int[] widths = new int[header.size()];
        for (List<String> row : all) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], length(row.get(i)));
            }
        }

        while (total(widths) > width) {
            int widest = 0;
            for (int i = 1; i < widths.length; i++) {
                widest = widths[i] > widths[widest] ? i : widest;
            }
            if (widths[widest] <= NARROWEST) {
                break;
            }
            widths[widest] = Math.max(NARROWEST, widths[widest] - Math.toIntExact(total(widths) - width));
        }
        return widths;
    }

    private static long total(int[] widths) {
        long total = (long) GAP.length() * (widths.length - 1);
        for (int width : widths) {
            total += width;
        }
        return total;
    }

    private static String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = shorten(row.get(i), widths[i]);
            line.append(i == 0 ? "" : GAP).append(cell).append(" ".repeat(widths[i] - length(cell)));
        }
        return line.toString().stripTrailing();
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** The text's first so many characters, the last of them an ellipsis if something was cut. */
    public static String shorten(String text, int width) {
        return length(text) <= width
                ? text
                : text.substring(0, text.offsetByCodePoints(0, Math.max(0, width - 1))) + "…";
    }

    /** The text in one line, without control characters, which a terminal would obey. */
    public static String clean(String text) {
        return text.replaceAll("[\\s\\p{Cntrl}\\p{Cf}]+", " ").strip();
    }
}
