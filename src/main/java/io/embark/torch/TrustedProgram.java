/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.embark.EmbarkException;
import io.embark.model.Backbone;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * A TorchScript program that makes each token's vector. It is code of somebody else's, which can do whatever this process can:
 * only a folder that the caller trusts has one. Thread-safe if the program is.
 *
 * <p>Its {@code forward} takes {@code input_ids}, {@code attention_mask} and, if it has a third argument, {@code
 * token_type_ids}, each int64 {@code [texts][longest]}, and gives the last hidden state {@code [texts][longest][hidden]}: alone,
 * first in a tuple, or as {@code last_hidden_state} in a dictionary.
 */
final class TrustedProgram implements AutoCloseable {
    static final String OUTPUT = "last_hidden_state";

    /** Padding and more than one text, which a program that was traced with fixed sizes cannot take. */
    private static final int[] TRIED_LENGTHS = {4, 2, 2};

    private final Backbone.Program backbone;
    private final PtSymbolBlock program;
    private final boolean takesTypes;

    private TrustedProgram(Backbone.Program backbone, PtSymbolBlock program, boolean takesTypes) {
        this.backbone = backbone;
        this.program = program;
        this.takesTypes = takesTypes;
    }

    /** Loads a program and runs it once. */
    static TrustedProgram load(Backbone.Program backbone, PtNDManager manager) {
        Path file = backbone.file();
        PtSymbolBlock program;
        try {
            program = JniUtils.loadModule(manager, file, true, new String[0], new String[0], false);
        } catch (RuntimeException e) {
            throw TorchErrors.programIsNoTorchScript(file, e);
        }
        try {
            return trial(new TrustedProgram(backbone, program, false), manager);
        } catch (EngineException e) {
            // Nothing that DJL offers tells how many arguments there are.
            if (!String.valueOf(e.getMessage()).contains("missing value for argument")) {
                throw TorchErrors.programFailedWhenTried(file, e);
            }
        }
        try {
            return trial(new TrustedProgram(backbone, program, true), manager);
        } catch (EngineException e) {
            throw TorchErrors.programFailedWhenTried(file, e);
        }
    }

    private static TrustedProgram trial(TrustedProgram program, PtNDManager manager) {
        List<int[]> texts = Arrays.stream(TRIED_LENGTHS)
                .mapToObj(length -> new int[Math.min(length, program.backbone.maxPositions())])
                .toList();
        texts.forEach(text -> Arrays.fill(text, program.backbone.paddingId()));
        try (PtNDManager scope = (PtNDManager) manager.newSubManager()) {
            program.states(PackedBatch.of(texts, 0), scope);
        }
        return program;
    }

    /**
     * Runs the program on a batch, padded.
     *
     * @return {@code [texts][longest][hidden]}, of the scope
     */
    PtNDArray states(PackedBatch batch, PtNDManager scope) {
        int longest = batch.longest();
        long[] ids = new long[batch.texts() * longest];
        long[] mask = new long[ids.length];
        Arrays.fill(ids, backbone.paddingId());
        int row = 0;
        int next = 0;
        for (int run = 0; run < batch.runs().length; run += 2) {
            int length = (int) batch.runs()[run];
            for (int i = 0; i < batch.runs()[run + 1]; i++) {
                for (int j = 0; j < length; j++) {
                    ids[row * longest + j] = batch.ids()[next++];
                }
                Arrays.fill(mask, row * longest, row * longest + length, 1);
                row++;
            }
        }

        Shape shape = new Shape(batch.texts(), longest);
        try (IValue first = IValue.from((PtNDArray) scope.create(ids, shape));
                IValue second = IValue.from((PtNDArray) scope.create(mask, shape));
                IValue third = IValue.from((PtNDArray) scope.create(new long[ids.length], shape));
                IValue result = takesTypes
                        ? IValueUtils.runMethod(program, "forward", first, second, third)
                        : IValueUtils.runMethod(program, "forward", first, second)) {
            PtNDArray states = tensor(result, batch, scope);
            if (!states.getShape().equals(new Shape(batch.texts(), longest, backbone.hiddenSize()))) {
                throw gives(states.getShape().toString(), batch);
            }
            return states;
        }
    }

    @Override
    public void close() {
        program.close();
    }

    private PtNDArray tensor(IValue result, PackedBatch batch, PtNDManager scope) {
        if (result.isTensor()) {
            return result.toTensor(scope);
        }

        Collection<IValue> parts = List.of();
        try {
            IValue state = null;
            if (result.isTuple()) {
                parts = List.of(result.toIValueTuple());
                state = parts.stream().findFirst().orElse(null);
            } else if (result.isMap()) {
                Map<String, IValue> byName = result.toIValueMap();
                parts = byName.values();
                state = byName.get(OUTPUT);
            }
            if (state == null || !state.isTensor()) {
                throw gives(result.getType(), batch);
            }
            return state.toTensor(scope);
        } finally {
            parts.forEach(IValue::close);
        }
    }

    private EmbarkException gives(String what, PackedBatch batch) {
        return TorchErrors.programGives(
                backbone.file(),
                what,
                batch,
                new long[] {batch.texts(), batch.longest(), backbone.hiddenSize()},
                OUTPUT);
    }
}
