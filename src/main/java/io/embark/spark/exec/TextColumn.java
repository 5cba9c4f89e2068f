/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.exec;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.types.UTF8String;

/** The texts of a window's rows in one column: one of each row, or as many as the row's array has. */
final class TextColumn {
    private static final int MAX_BYTES_PER_CHAR = 4;

    /** Where the texts of a row's array stand. */
    private record Span(int first, int count) {}

    private final boolean isArray;
    private final int maxChars;
    private final List<String> texts = new ArrayList<>();

    /** Of each row, null for a null array; empty where rows have one text each. */
    private final List<Span> spans = new ArrayList<>();

    private long chars;

    /**
     * @param type of the column
     * @param maxChars the most characters of a text that matter
     */
    TextColumn(DataType type, int maxChars) {
        this.isArray = type instanceof ArrayType;
        this.maxChars = maxChars;
    }

    /** Takes the texts of the next row, as they stand in one of its columns; they may change afterwards. */
    void add(InternalRow row, int ordinal) {
        if (!isArray) {
            addText(row.isNullAt(ordinal) ? null : row.getUTF8String(ordinal));
        } else if (row.isNullAt(ordinal)) {
            spans.add(null);
        } else {
            ArrayData array = row.getArray(ordinal);
            spans.add(new Span(texts.size(), array.numElements()));
            for (int i = 0; i < array.numElements(); i++) {
                addText(array.isNullAt(i) ? null : array.getUTF8String(i));
            }
        }
    }

    /** Cut to what can matter before it is decoded: a cell may be hundreds of megabytes. */
    private void addText(UTF8String text) {
        if (text == null) {
            texts.add(null);
            return;
        }
        long maxBytes = (maxChars + 1L) * MAX_BYTES_PER_CHAR;
        String decoded = text.numBytes() <= maxBytes ? text.toString() : start(text, (int) maxBytes);
        texts.add(decoded);
        chars += decoded.length();
    }

    /** A cut through a character leaves a replacement character, which is behind all that matters. */
    private static String start(UTF8String text, int bytes) {
        byte[] start = new byte[bytes];
        Platform.copyMemory(text.getBaseObject(), text.getBaseOffset(), start, Platform.BYTE_ARRAY_OFFSET, bytes);
        return new String(start, StandardCharsets.UTF_8);
    }

    /** The texts of all rows, any of them null. */
    List<String> texts() {
        return texts;
    }

    /** The chars of all texts. */
    long chars() {
        return chars;
    }

    /**
     * What stands in a row of the column of results, as Catalyst has it.
     *
     * @param results of each of the texts as Catalyst has it, null for one that has none
     */
    Object result(int row, IntFunction<Object> results) {
        if (!isArray) {
            return results.apply(row);
        }
        Span span = spans.get(row);
        if (span == null) {
            return null;
        }
        Object[] array = new Object[span.count()];
        Arrays.setAll(array, i -> results.apply(span.first() + i));
        return new GenericArrayData(array);
    }
}
