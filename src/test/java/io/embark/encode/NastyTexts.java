/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import java.util.List;

/** Texts that break careless code. */
public final class NastyTexts {
    private NastyTexts() {}

    /** None is null; two are longer than 100,000 chars, one has 10 million. */
    public static List<String> all() {
        return List.of(
                "",
                " ",
                "\t\n\u00a0\u2003",
                "\uD83D\uDE00 emoji \uD83D\uDC69\u200D\uD83D\uDC69\u200D\uD83D\uDC67\u200D\uD83D\uDC66 joined",
                "\u05E9\u05DC\u05D5\u05DD \u0645\u0631\u062D\u0628\u0627 right to left",
                "a\u0000b\u0001c",
                "unpaired \uD800 high",
                "unpaired \uDC00 low \uD83D\uDE00",
                "\uD800",
                "\uFFFD\uFFFD",
                "I\u0307stanbul \u0130\u0131 \u00df \uFB01 e\u0301 \u4e2d\u6587\u5b57",
                "x".repeat(100_000),
                "\uD83D\uDE00".repeat(50_000),
                "word ".repeat(2_000_000));
    }
}
