/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import java.util.Optional;
import java.util.function.Function;

/**
 * Something, or why there is none: for what a run can do without, and says so.
 *
 * @param value empty if there is none
 * @param why the reason in words that follow a colon; blank if nobody has to be told
 * @hidden Public for Embark's other rooms only.
 */
public record Answer<T>(Optional<T> value, String why) {
    /** There is something. */
    public static <T> Answer<T> of(T value) {
        return new Answer<>(Optional.of(value), "");
    }

    /** There is nothing. */
    public static <T> Answer<T> none(String why) {
        return new Answer<>(Optional.empty(), why);
    }

    /** What follows from it, if there is something. */
    public <R> Answer<R> then(Function<T, Answer<R>> next) {
        return value.map(next).orElseGet(() -> none(why));
    }
}
