/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

/**
 * Whether JSON stands in a file as its reader expects it. Line by line, Spark loses the first and the last row of an array that
 * spans lines; with multiLine, all values behind the first.
 */
final class JsonLayout {
    private final byte[] bytes;
    private final int start;

    /** Behind the first value; -1 if it does not end here. */
    private final int end;

    JsonLayout(FileHead head) {
        this.bytes = head.bytes();
        this.start = skipBlanks(head.start());
        this.end = endOfValue();
    }

    /** Whether it is an array that goes on in the second line. */
    boolean isArrayOverLines() {
        if (start >= bytes.length || bytes[start] != '[') {
            return false;
        }

        int line = start;
        while (line < bytes.length && bytes[line] != '\n') {
            line++;
        }
        return line < bytes.length && (end < 0 || end > line);
    }

    /** Whether something stands behind the first value. */
    boolean goesOn() {
        return end >= 0 && skipBlanks(end) < bytes.length;
    }

    private int skipBlanks(int from) {
        int i = from;
        while (i < bytes.length && (bytes[i] == ' ' || bytes[i] == '\t' || bytes[i] == '\r' || bytes[i] == '\n')) {
            i++;
        }
        return i;
    }

    private int endOfValue() {
        int depth = 0;
        boolean quoted = false;
        for (int i = start; i < bytes.length; i++) {
            byte b = bytes[i];
            if (quoted) {
                quoted = b != '"';
                i += b == '\\' ? 1 : 0;
            } else if (b == '"') {
                quoted = true;
            } else if (b == '[' || b == '{') {
                depth++;
            } else if ((b == ']' || b == '}') && --depth == 0) {
                return i + 1;
            }
        }
        return -1;
    }
}
