package io.embark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
    }

    @Test
    void keepsTheExceptionBeneath() {
        IllegalStateException beneath = new IllegalStateException("full");
        assertThat(new EmbarkException(ErrorCode.RUN_FAILED, "a", "b", "c", beneath))
                .hasCause(beneath);
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
                .hasMessage("cause is null");
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
                        ErrorCode.COMPUTE_FAILED,
                        ErrorCode.RUN_FAILED);
    }
}
