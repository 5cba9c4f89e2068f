/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.base;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Times as people write them behind an option: {@code 90s}, {@code 10m}, {@code 6h}.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class TimeSpan {
    private static final Pattern WRITTEN = Pattern.compile("([0-9]{1,12})\\s*([hms])");

    private TimeSpan() {}

    /** The seconds of a time; empty for what is none, and for none at all. */
    public static OptionalLong seconds(String text) {
        Matcher written = WRITTEN.matcher(text.strip());
        if (!written.matches()) {
            return OptionalLong.empty();
        }
        long amount = Long.parseLong(written.group(1));
        long unit =
                switch (written.group(2)) {
                    case "h" -> 3600;
                    case "m" -> 60;
                    default -> 1;
                };
        return amount == 0 ? OptionalLong.empty() : OptionalLong.of(amount * unit);
    }
}
