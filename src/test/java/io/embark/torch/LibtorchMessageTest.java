/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.EngineException;
import org.junit.jupiter.api.Test;

class LibtorchMessageTest {
    private static final String SCRIPT = """
            The following operation failed in the TorchScript interpreter.
            Traceback of TorchScript (most recent call last):
              File "code/__torch__.py", line 3, in forward
                return torch.linear(x, w)
                       ~~~~~~~~~~~~ <--- HERE
            """;

    @Test
    void saysTheFirstLineOfWhatIsNoScripts() {
        assertThat(says("No such operator\nException raised from here")).isEqualTo("libtorch says: No such operator");
        assertThat(says("")).isEqualTo("libtorch says: nothing");
    }

    @Test
    void saysTheErrorOfAScript() {
        assertThat(says(SCRIPT + "RuntimeError: sizes differ\n"))
                .isEqualTo("libtorch says: RuntimeError: sizes differ");
        assertThat(says(SCRIPT + "sizes differ")).isEqualTo("libtorch says: sizes differ");
    }

    @Test
    void saysTheErrorBeforeTheHintsOfCuda() {
        assertThat(says(SCRIPT + """
                        RuntimeError: CUDA error: invalid device ordinal
                        CUDA kernel errors might be asynchronously reported at some other API call.
                        For debugging consider passing CUDA_LAUNCH_BLOCKING=1
                        Compile with `TORCH_USE_CUDA_DSA` to enable device-side assertions.
                        """)).isEqualTo("libtorch says: RuntimeError: CUDA error: invalid device ordinal");
    }

    private static String says(String message) {
        return LibtorchMessage.of(new EngineException(message));
    }
}
