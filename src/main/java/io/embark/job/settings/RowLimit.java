/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.settings;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.Option;
import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many rows of some may be of a kind: a share such as {@code 0.1%}, or a number.
 *
 * @param number the number of rows, or of hundredths of them
 * @param isShare whether it is a share
 * @hidden Public for Embark's other rooms only.
 */
public record RowLimit(BigDecimal number, boolean isShare) {
    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    private static final Pattern SHARE = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,18})?) ?%");
    private static final Pattern ROWS = Pattern.compile("\\d{1,18}");

    /**
     * Reads the value of a setting.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if it is neither a share of at most 100% nor a number of rows
     */
    public static RowLimit of(Option<String> setting, String text) {
        Matcher share = SHARE.matcher(text.strip());
        if (share.matches() && new BigDecimal(share.group(1)).compareTo(HUNDRED) <= 0) {
            return new RowLimit(new BigDecimal(share.group(1)), true);
        }
        if (ROWS.matcher(text.strip()).matches()) {
            return new RowLimit(new BigDecimal(text.strip()), false);
        }
        throw SettingErrors.isNoLimitOfRows(setting, text);
    }

    /** Whether so many rows of all of them may be of the kind. */
    public boolean allows(long rows, long all) {
        BigDecimal some = BigDecimal.valueOf(rows);
        return isShare
                ? some.multiply(HUNDRED).compareTo(number.multiply(BigDecimal.valueOf(all))) <= 0
                : some.compareTo(number) <= 0;
    }

    /** As a person writes it. */
    @Override
    public String toString() {
        return isShare ? number.toPlainString() + "%" : number.toPlainString();
    }
}
