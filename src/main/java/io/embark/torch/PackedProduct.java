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
import io.embark.Option;
import io.embark.Precision;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A product of random square matrices, of which one lies as oneDNN's kernels read it, as the networks' linear layers have it. */
final class PackedProduct implements AutoCloseable {
    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final PtSymbolBlock module;

    /** @param size rows and columns of both */
    PackedProduct(long size, Precision precision) {
        try {
            module = JniUtils.loadModule(
                    (PtNDManager) manager, new ByteArrayInputStream(ScriptArchive.of("peak")), false, false);
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
        try (IValue length = IValue.from(size);
                IValue format = IValue.from(Option.write(precision))) {
            IValueUtils.runMethod(module, "start", length, format).close();
        }
    }

    /** Multiplies them once. */
    void multiply() {
        IValueUtils.runMethod(module, "multiply").close();
    }

    @Override
    public void close() {
        module.close();
        manager.close();
    }
}
