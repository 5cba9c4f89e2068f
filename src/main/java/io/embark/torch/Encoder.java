/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.Option;
import io.embark.Precision;
import io.embark.model.Backbone;
import io.embark.model.ModelFolder;
import io.embark.model.ModelSpecification;
import io.embark.model.VectorModule;
import io.embark.model.weights.LowRankChange;
import io.embark.model.weights.TensorInfo;
import io.embark.model.weights.Weights;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A network with its weights in native memory. Any number of threads may encode at the same time, each of which has called
 * {@link TorchRuntime#enterComputeThread()}; none may while or after it is closed.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Encoder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Encoder.class);

    /** Weights travel in pieces of this size, so that loading needs no second copy of them. */
    private static final int PIECE_BYTES = 4 << 20;

    /** The size of batch that the weights' order in memory suits best; others work as well. */
    private static final long PACKED_FOR_TOKENS = 1024;

    private final NDManager manager;
    private final PtSymbolBlock module;
    private final Optional<TrustedProgram> program;
    private final int dimension;
    private final boolean onGpu;

    /** Memory that is too small for so few is taken by others, and may be free for the next batch. */
    private static final int FEW_TOKENS = 512;

    /** Of more tokens are only batches of one text, once memory ran out for others. */
    private volatile int mostTokens = Integer.MAX_VALUE;

    private Encoder(ModelFolder folder, Placement placement) {
        ModelSpecification specification = folder.specification();
        Backbone backbone = specification.backbone();
        this.dimension = specification.dimension();
        this.onGpu = placement.onGpu();
        // Where there is a GPU, DJL would choose it; what comes from Java and goes back there is the CPU's in any case.
        this.manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
        try {
            byte[] archive = ScriptArchive.of(backbone.script());
            this.module = JniUtils.loadModule((PtNDManager) manager, new ByteArrayInputStream(archive), false, false);
            numbers(backbone).forEach((name, value) -> call("number", IValue.from(name), IValue.from(value)));
            choices(backbone).forEach((name, value) -> call("choice", IValue.from(name), IValue.from(value)));
            call("choice", IValue.from("precision"), IValue.from(Option.write(placement.precision())));
            call("choice", IValue.from("pooling"), IValue.from(pooling(specification)));
            call("choice", IValue.from("modules"), IValue.from(formulas(specification.modules())));
            call("choice", IValue.from("token_modules"), IValue.from(formulas(specification.tokenModules())));
            if (placement.precision() == Precision.INT8) {
                requireExactSums();
            }
            fill(folder, placement);
            call("prepare");
            call("place", IValue.from(placement.device()), IValue.from(placement.torchType()));
            if (placement.reordered()) {
                call("pack", IValue.from(PACKED_FOR_TOKENS));
            }
            this.program = backbone.match(
                    network -> Optional.empty(),
                    table -> Optional.empty(),
                    file -> Optional.of(TrustedProgram.load(file, (PtNDManager) manager)));
        } catch (IOException e) {
            manager.close();
            throw new UncheckedIOException("reading from memory failed", e);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /**
     * Reads a model's weights into native memory, or that of a GPU; loads and tries its program if it has one, which is trusted
     * then.
     *
     * @param placement {@link Placement#CPU} for a program
     * @throws EmbarkException as {@link ModelFolder#openWeights()} and {@link Weights#read}; {@link
     *     ErrorCode#COMPUTE_FAILED} if libtorch cannot take them, for want of memory for example; {@link
     *     ErrorCode#MODEL_INVALID} if the program cannot be loaded or run, or gives something else than a vector for each token
     */
    public static Encoder load(ModelFolder folder, Placement placement) {
        try {
            Supplier<Encoder> load = () -> new Encoder(folder, placement);
            return NativeCalls.run(Malloc.isMuch(folder.bytes()) ? () -> Malloc.returningAtOnce(load) : load);
        } catch (EmbarkException e) {
            throw e;
        } catch (RuntimeException e) {
            throw TorchErrors.weightsCannotBeLoaded(folder, e);
        }
    }

    private void requireExactSums() {
        try (IValue adds = IValueUtils.runMethod(module, "adds_exactly")) {
            if (!adds.toBoolean()) {
                throw TorchErrors.precisionIsNotOfThisCpu(Precision.INT8);
            }
        }
    }

    /** Components of the vector that each text gets. */
    int dimension() {
        return dimension;
    }

    /**
     * Runs one forward pass, the modules behind pooling included. A batch for which memory does not suffice is computed in halves,
     * which gives the same vectors of a network, and so are later ones of its size.
     *
     * @return the vectors in the order of the batch's texts, {@code [texts * dimension]}, row after row
     * @throws EmbarkException {@link ErrorCode#COMPUTE_FAILED} if libtorch fails; {@link ErrorCode#MODEL_INVALID} if a program
     *     of the model gives something else than a vector for each token
     */
    public float[] encode(PackedBatch batch) {
        return NativeCalls.run(() -> vectors(batch));
    }

    private float[] vectors(PackedBatch batch) {
        if (batch.texts() > 1 && batch.tokens() > mostTokens) {
            return inHalves(batch);
        }
        try {
            if (program.isEmpty()) {
                return vectors(batch, scope -> tokens(batch, scope));
            }

            float[] vectors = new float[batch.texts() * dimension];
            int filled = 0;
            for (PackedBatch part : batch.paddedParts()) {
                float[] some = vectors(part, scope -> program.get().states(part, scope));
                System.arraycopy(some, 0, vectors, filled, some.length);
                filled += some.length;
            }
            return vectors;
        } catch (EmbarkException e) {
            throw e;
        } catch (RuntimeException e) {
            if (batch.texts() == 1 || !LibtorchMessage.saysThatMemoryRanOut(e)) {
                throw TorchErrors.batchFailed(batch, e);
            }
            makeDoWithLess(batch.tokens());
        }
        return inHalves(batch);
    }

    private void makeDoWithLess(int tokens) {
        synchronized (this) {
            mostTokens = Math.min(mostTokens, Math.max(FEW_TOKENS, tokens / 2));
        }
        LOG.warn("memory ran out in a batch of {} tokens; batches have at most {} now", tokens, mostTokens);
        if (onGpu) {
            JniUtils.emptyCudaCache();
        } else {
            Malloc.trim();
        }
    }

    private float[] inHalves(PackedBatch batch) {
        float[] vectors = new float[batch.texts() * dimension];
        int filled = 0;
        for (PackedBatch half : batch.halves()) {
            float[] some = vectors(half);
            System.arraycopy(some, 0, vectors, filled, some.length);
            filled += some.length;
        }
        return vectors;
    }

    /** What the script makes of the tokens of a batch, or of the states of these that a program made. */
    private float[] vectors(PackedBatch batch, Function<PtNDManager, PtNDArray> input) {
        try (PtNDManager scope = (PtNDManager) manager.newSubManager();
                IValue first = IValue.from(input.apply(scope));
                IValue second = IValue.listFrom(batch.runs());
                IValue third = IValue.from((long) batch.unpooledPromptTokens());
                IValue result = IValueUtils.runMethod(module, "forward", first, second, third)) {
            return result.toTensor(scope).toFloatArray();
        }
    }

    private static PtNDArray tokens(PackedBatch batch, PtNDManager scope) {
        ByteBuffer ids = scope.allocateDirect(batch.tokens() * Integer.BYTES);
        ids.order(ByteOrder.nativeOrder()).asIntBuffer().put(batch.ids());
        return scope.create(ids, new Shape(batch.tokens()), DataType.INT32);
    }

    @Override
    public void close() {
        NativeCalls.free(this::free);
    }

    private void free() {
        program.ifPresent(TrustedProgram::close);
        module.close();
        manager.close();
        if (onGpu) {
            // libtorch would keep it for itself, and others use the GPU too.
            JniUtils.emptyCudaCache();
        }
    }

    /** The sizes that its script reads. */
    static Map<String, Double> numbers(Backbone backbone) {
        return backbone.match(network -> network.architecture().numbers(), table -> Map.of(), program -> Map.of());
    }

    /** The choices that its script reads, beside those of all. */
    static Map<String, String> choices(Backbone backbone) {
        return backbone.match(network -> network.architecture().choices(), table -> Map.of(), program -> Map.of());
    }

    private static String pooling(ModelSpecification specification) {
        return specification.pooling().stream()
                .map(mode -> mode.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(","));
    }

    private static String formulas(List<VectorModule> modules) {
        return modules.stream().map(VectorModule::formula).collect(Collectors.joining(","));
    }

    private void fill(ModelFolder folder, Placement placement) {
        try (Weights weights = folder.openWeights()) {
            for (TensorInfo tensor : weights.tensors().values()) {
                long[] shape =
                        tensor.shape().stream().mapToLong(Long::longValue).toArray();
                if (tensor.transposed()) {
                    shape = new long[] {shape[1], shape[0]};
                }
                call("allocate", IValue.from(tensor.name()), IValue.listFrom(shape));
                weights.read(
                        tensor.name(),
                        PIECE_BYTES,
                        (firstElement, elements, piece) -> put(tensor, firstElement, piece));
                if (tensor.transposed()) {
                    call("transpose", IValue.from(tensor.name()));
                }
                change(folder.changes().get(tensor.name()));
                call(
                        "settle",
                        IValue.from(tensor.name()),
                        IValue.from(placement.device()),
                        IValue.from(placement.torchType()));
            }
        }
    }

    /** Adds what an adapter adds to a matrix that is there, if anything; the factors came before. */
    private void change(LowRankChange change) {
        if (change != null) {
            call(
                    "change",
                    IValue.from(change.matrix()),
                    IValue.from(change.down()),
                    IValue.from(change.up()),
                    IValue.from(change.scale()));
        }
    }

    /** The tensor borrows the piece's memory, and the script copies from it before this returns. */
    private void put(TensorInfo tensor, long firstElement, ByteBuffer piece) {
        try (PtNDManager scope = (PtNDManager) manager.newSubManager()) {
            // As bytes, since DJL's native side ends the process when it is asked for bfloat16.
            PtNDArray bytes = scope.create(piece, new Shape(piece.remaining()), DataType.INT8);
            call(
                    "fill",
                    IValue.from(tensor.name()),
                    IValue.from(firstElement),
                    IValue.from(bytes),
                    IValue.from(torchType(tensor)));
        }
    }

    /** As {@code c10::ScalarType} numbers them. */
    private static long torchType(TensorInfo tensor) {
        return switch (tensor.dataType()) {
            case INT8 -> 1;
            case INT32 -> 3;
            case INT64 -> 4;
            case FLOAT16 -> 5;
            case FLOAT32 -> 6;
            case FLOAT64 -> 7;
            case BFLOAT16 -> 15;
        };
    }

    private void call(String method, IValue... arguments) {
        try {
            IValueUtils.runMethod(module, method, arguments).close();
        } finally {
            Arrays.stream(arguments).forEach(IValue::close);
        }
    }
}
