/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import java.io.Serializable;
import java.util.Optional;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;

/**
 * A column as the server describes it.
 *
 * @param name its name
 * @param type its type, as the catalog calls it: {@code int8}; {@code _float4} for an array
 * @param modifier what is said of the type, in the catalog's own code; -1 for nothing
 * @param sql its type, as a statement has it
 * @param collation the collation by which texts that differ may be equal; "" for those by which none are
 * @param isEnum whether the type is a list of words
 * @param isFilled whether the server fills it where nobody gives a value
 * @param isComputed whether nobody may give a value
 * @param comment what somebody said of it; "" if nobody did
 */
record PostgresColumn(
        String name,
        String type,
        int modifier,
        String sql,
        String collation,
        boolean isEnum,
        boolean isFilled,
        boolean isComputed,
        String comment)
        implements Serializable {
    /** What the catalog adds to sizes. */
    private static final int HEADER = 4;

    private static final int HALF_WORD = 16;

    /** The scale is a number of 11 bits, and may be below zero. */
    private static final int SCALE = 0x7FF;

    private static final int SIGN = 0x400;

    PostgresColumn withType(String other) {
        return new PostgresColumn(name, other, modifier, sql, collation, isEnum, isFilled, isComputed, comment);
    }

    /** The most characters of a text; empty if nothing is said of it. */
    Optional<Integer> characters() {
        return modifier < HEADER ? Optional.empty() : Optional.of(modifier - HEADER);
    }

    /** The type by which Spark reads such numbers, which is its own where no limit is known; empty if there is none. */
    Optional<DataType> number() {
        if (modifier < HEADER) {
            return Optional.of(DecimalType.SYSTEM_DEFAULT());
        }
        int precision = (modifier - HEADER) >> HALF_WORD;
        int scale = (((modifier - HEADER) & SCALE) ^ SIGN) - SIGN;
        boolean isOne = precision <= DecimalType.MAX_PRECISION() && scale >= 0 && scale <= precision;
        return isOne ? Optional.of(DataTypes.createDecimalType(precision, scale)) : Optional.empty();
    }

    /** Whether every number of so many digits fits, so many of them behind the point. */
    boolean takes(int precision, int scale) {
        if (modifier < HEADER) {
            return true;
        }
        int ownPrecision = (modifier - HEADER) >> HALF_WORD;
        int ownScale = (((modifier - HEADER) & SCALE) ^ SIGN) - SIGN;
        return ownScale >= scale && ownPrecision - ownScale >= precision - scale;
    }
}
