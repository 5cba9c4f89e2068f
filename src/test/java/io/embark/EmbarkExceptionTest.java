/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbarkExceptionTest {
    @Test
    void saysProblemCauseAndRemedyInThreeLines() {
        EmbarkException exception =
                new EmbarkException(ErrorCode.MODEL_NOT_FOUND, "model x: none", "There is no x.", "Name another.");
        assertThat(exception)
                .hasMessage("model x: none\nThere is no x.\nName another.")
                .hasNoCause();
        assertThat(exception.code()).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
        assertThat(exception.problem()).isEqualTo("model x: none");
        assertThat(exception.reason()).isEqualTo("There is no x.");
        assertThat(exception.remedy()).isEqualTo("Name another.");
    }

    @Test
    void keepsTheExceptionBeneath() {
        IllegalStateException beneath = new IllegalStateException("full");
        assertThat(new EmbarkException(ErrorCode.RUN_FAILED, "a", "b", "c", beneath))
                .hasCause(beneath);
    }

    @Test
    void theProblemCanBeSetIntoAnotherPlace() {
        IllegalStateException beneath = new IllegalStateException("full");
        EmbarkException first = new EmbarkException(ErrorCode.RUN_FAILED, "a", "b", "c", beneath);
        first.addSuppressed(new IllegalStateException("beside"));
        EmbarkException second = first.withProblem("file x: "::concat);
        assertThat(second).hasMessage("file x: a\nb\nc").hasCause(beneath);
        assertThat(second.code()).isEqualTo(ErrorCode.RUN_FAILED);
        assertThat(second.getStackTrace()).isEqualTo(first.getStackTrace());
        assertThat(second.getSuppressed()).isEqualTo(first.getSuppressed());
        assertThat(first).hasMessage("a\nb\nc");
    }

    /** As from an executor to the driver. */
    @Test
    void arrivesWholeInAnotherProcess() throws Exception {
        EmbarkException sent =
                new EmbarkException(ErrorCode.TEXT_REFUSED, "a", "b", "c", new IllegalStateException("full"));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(sent);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            EmbarkException arrived = (EmbarkException) in.readObject();
            assertThat(arrived).hasMessage("a\nb\nc").cause().hasMessage("full");
            assertThat(arrived.code()).isEqualTo(ErrorCode.TEXT_REFUSED);
            assertThat(arrived.problem()).isEqualTo("a");
            assertThat(arrived.reason()).isEqualTo("b");
            assertThat(arrived.remedy()).isEqualTo("c");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r", "\u0085", "\u2028", "\n\n"})
    void keepsToThreeLinesWhateverAValueHolds(String lineBreak) {
        String broken = "a" + lineBreak + "b";
        assertThat(new EmbarkException(ErrorCode.TEXT_REFUSED, broken, broken, broken))
                .hasMessage("a b\na b\na b");
    }

    @Test
    void refusesToLeaveALineOut() {
        assertThatThrownBy(() -> new EmbarkException(ErrorCode.RUN_FAILED, null, "b", "c"))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("problem is null");
        assertThatThrownBy(() -> new EmbarkException(ErrorCode.RUN_FAILED, "a", null, "c"))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("reason is null");
        assertThatThrownBy(() -> new EmbarkException(ErrorCode.RUN_FAILED, "a", "b", null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("remedy is null");
        assertThatThrownBy(() -> new EmbarkException(null, "a", "b", "c"))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("code is null");
    }

    @Test
    void aFailedRunIsNoWrongRequest() {
        assertThat(Arrays.stream(ErrorCode.values()).filter(code -> !code.isWrongRequest()))
                .containsExactly(
                        ErrorCode.NATIVES_UNAVAILABLE,
                        ErrorCode.TEXT_REFUSED,
                        ErrorCode.TOO_MANY_FAILED,
                        ErrorCode.COMPUTE_FAILED,
                        ErrorCode.RUN_FAILED);
    }
}
