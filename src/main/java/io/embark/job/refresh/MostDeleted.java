/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * The most rows that a refresh may delete or flag.
 *
 * @param written the limit as it was written
 * @param number the number, or the hundredths of the rows of the target
 * @param isShare whether it is a share
 */
record MostDeleted(String written, BigDecimal number, boolean isShare) {
    static final String DEFAULT = "10%";

    /**
     * Reads {@code 10%}, {@code 0.5%} or a number of rows.
     *
     * @throws io.embark.EmbarkException {@link io.embark.ErrorCode#OPTION_INVALID} for everything else
     */
    static MostDeleted parse(String value) {
        String text = value.strip();
        boolean isShare = text.endsWith("%");
        try {
            BigDecimal number = new BigDecimal(
                    isShare ? text.substring(0, text.length() - 1).strip() : text);
            boolean fits = number.signum() >= 0
                    && (isShare
                            ? number.compareTo(BigDecimal.valueOf(100)) <= 0
                            : number.stripTrailingZeros().scale() <= 0);
            if (fits) {
                return new MostDeleted(text, number, isShare);
            }
            throw RefreshErrors.isNoShare(value);
        } catch (NumberFormatException e) {
            throw RefreshErrors.isNoShare(value);
        }
    }

    /** The limit for a target of so many rows. */
    long of(long rows) {
        BigDecimal most = isShare ? number.multiply(BigDecimal.valueOf(rows)).movePointLeft(2) : number;
        return most.setScale(0, RoundingMode.DOWN)
                .min(BigDecimal.valueOf(Long.MAX_VALUE))
                .longValue();
    }
}
