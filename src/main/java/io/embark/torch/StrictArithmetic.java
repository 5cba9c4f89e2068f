/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import com.sun.jna.Function;
import com.sun.jna.Platform;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Variables of the environment by which libraries below libtorch compute in less than what they are asked for: a cluster may set
 * them for other programs. Which precision a vector has is the matter of the option alone.
 */
final class StrictArithmetic {
    private static final Logger LOG = LoggerFactory.getLogger(StrictArithmetic.class);

    /** Each with the value under which nothing is rounded more than asked for. */
    private static final Map<String, String> STRICT = Map.of(
            "ONEDNN_DEFAULT_FPMATH_MODE", "STRICT",
            "DNNL_DEFAULT_FPMATH_MODE", "STRICT",
            "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE", "0",
            "NVIDIA_TF32_OVERRIDE", "0");

    private StrictArithmetic() {}

    /** Sets those that say something else, for this process; to be called before libtorch is loaded, which reads them once. */
    static void require() {
        STRICT.forEach((variable, value) -> {
            String set = System.getenv(variable);
            if (set == null || set.equalsIgnoreCase(value) || !Platform.isLinux()) {
                return;
            }
            // Java's own map of the environment stays as it was.
            try {
                Function.getFunction("c", "setenv").invokeInt(new Object[] {variable, value, 1});
                LOG.warn("{}={} would change vectors silently; Embark computes with {}", variable, set, value);
            } catch (LinkageError e) {
                LOG.warn("{}={} changes vectors: {}", variable, set, e.toString());
            }
        });
    }
}
