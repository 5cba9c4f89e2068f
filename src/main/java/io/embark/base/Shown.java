/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.base;

import java.util.Locale;

/**
 * Values and texts of others as a message can show them, whatever they hold.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Shown {
    private static final int LONGEST = 120;

    private Shown() {}

    /** A value as it can stand in a sentence: without secrets, line breaks and other control characters, and cut. */
    public static String value(Object value) {
        // Before it is cut: half an address does not look like one.
        String text = line(Redaction.text(String.valueOf(value)));
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    }

    /** A text without line breaks or other control characters, which are written as in Java. */
    public static String line(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            // Line and paragraph separators are not control characters, yet terminals break lines at them.
            if (Character.isISOControl(c) || c == 0x2028 || c == 0x2029) {
                line.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                line.appendCodePoint(c);
            }
        });
        return line.toString();
    }
}
