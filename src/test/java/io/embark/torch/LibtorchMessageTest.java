/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.EngineException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @ValueSource(
            strings = {
                SCRIPT
                        + "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of",
                SCRIPT
                        + "RuntimeError: [enforce fail at alloc_cpu.cpp:119] err == 0. DefaultCPUAllocator: can't allocate memory:"
                        + " you tried to allocate 614400000 bytes. Error code 12 (Cannot allocate memory)",
                SCRIPT + "RuntimeError: could not create a primitive"
            })
    void knowsThatMemoryRanOut(String message) {
        assertThat(LibtorchMessage.saysThatMemoryRanOut(new EngineException(message)))
                .isTrue();
        assertThat(LibtorchMessage.saysThatMemoryRanOut(new EngineException(SCRIPT + "sizes differ")))
                .isFalse();
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
