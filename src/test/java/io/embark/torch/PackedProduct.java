/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/** A product of random square matrices, of which one lies as oneDNN's kernels read it, as the networks' linear layers have it. */
public final class PackedProduct implements AutoCloseable {
    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final PtSymbolBlock module;

    /** @param size rows and columns of both */
    public PackedProduct(long size) throws IOException {
        module = JniUtils.loadModule(
                (PtNDManager) manager, new ByteArrayInputStream(ScriptArchive.of("peak")), false, false);
        try (IValue length = IValue.from(size)) {
            IValueUtils.runMethod(module, "start", length).close();
        }
    }

    /** Multiplies them once. */
    public void multiply() {
        IValueUtils.runMethod(module, "multiply").close();
    }

    @Override
    public void close() {
        module.close();
        manager.close();
    }
}
