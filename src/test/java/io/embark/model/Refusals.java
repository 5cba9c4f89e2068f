/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What a refusal must look like: the code, and exactly three lines. */
public final class Refusals {
    private Refusals() {}

    /** The refusal says exactly this. */
    public static void assertRefused(
            ThrowingCallable call, ErrorCode code, String problem, String cause, String remedy) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        EmbarkException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessage(problem + "\n" + cause + "\n" + remedy);
    }

    /** The same where the remedy is beside the point. */
    public static void assertRefused(ThrowingCallable call, ErrorCode code, String problem, String cause) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        EmbarkException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageStartingWith("%s\n%s\n".formatted(problem, cause))
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(3));
    }
}
