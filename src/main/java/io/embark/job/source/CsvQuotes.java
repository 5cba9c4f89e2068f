/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import java.util.OptionalInt;

/** Finds a quoted cell of a CSV file that does not end: Spark reads all lines behind it as part of it, without a word. */
final class CsvQuotes {
    private CsvQuotes() {}

    /** The line, from 1, in which such a cell begins; empty where quotes are used in ways that only a reader of CSV can tell. */
    static OptionalInt unclosed(FileHead head, char separator) {
        byte[] bytes = head.bytes();
        int line = 1;
        int opened = 0;
        boolean cellStarts = true;
        for (int i = head.start(); i < bytes.length; i++) {
            byte b = bytes[i];
            line += b == '\n' ? 1 : 0;
            if (opened > 0) {
                if (b != '"') {
                    continue;
                }

                byte next = i + 1 < bytes.length ? bytes[i + 1] : (byte) '\n';
                if (next == '"') {
                    i++;
                } else if (next == separator || next == '\n' || next == '\r') {
                    opened = 0;
                } else {
                    return OptionalInt.empty();
                }
            } else if (b == '"' && cellStarts) {
                opened = line;
            }
            cellStarts = b == separator || b == '\n' || b == '\r';
        }
        return opened > 0 && head.whole() ? OptionalInt.of(opened) : OptionalInt.empty();
    }
}
