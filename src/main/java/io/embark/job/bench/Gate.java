/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.Precision;
import io.embark.encode.Embedder;
import io.embark.spark.models.AssignedGpu;
import io.embark.spark.models.ExecutorModels;
import io.embark.spark.models.LeasedModels;
import io.embark.spark.models.ModelRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;

/**
 * What has to hold before anything is timed, compared by a task: a text has the same vector alone and among others; and in a
 * lower precision it is known how far the vectors are from those in float32.
 */
final class Gate implements Function<Integer, double[]> {
    private static final long serialVersionUID = 1L;

    /** Texts that are embedded one by one. */
    private static final int ALONE = 24;

    private final ModelRequest request;
    private final Broadcast<String[]> texts;
    private final int most;

    /**
     * @param request a model, and options that give one vector of floats for each text
     * @param most how many of the texts there is time for, when they are compared with those in float32
     */
    Gate(ModelRequest request, Broadcast<String[]> texts, int most) {
        this.request = request;
        this.texts = texts;
        this.most = most;
    }

    /**
     * Reads what a task found.
     *
     * @return how near vectors are to those in float32; empty in float32 itself, and where texts are too few to have neighbours
     * @throws EmbarkException {@link ErrorCode#RUN_FAILED} if vectors depend on what is embedded with them
     */
    static Optional<Fidelity> verdict(double[] found) {
        if (found[0] > 0) {
            throw BenchErrors.vectorsDependOnOthers(Math.round(found[0]), ALONE);
        }
        return found.length == 1
                ? Optional.empty()
                : Optional.of(new Fidelity((int) found[1], found[2], found[3], found[4], found[5]));
    }

    @Override
    public double[] call(Integer task) {
        BooleanSupplier killed = TaskContext.get()::isInterrupted;
        List<String> all = Arrays.stream(texts.value()).distinct().toList();
        int step = Math.max(1, all.size() / Math.max(1, most));
        List<String> some = IntStream.range(0, Math.min(most, all.size()))
                .mapToObj(i -> all.get(i * step))
                .toList();
        float[][] together = vectors(request.options(), some, killed);
        int stride = Math.max(1, some.size() / ALONE);
        long differing = IntStream.iterate(0, i -> i < some.size(), i -> i + stride)
                .limit(givesSameBits(killed) ? ALONE : 0)
                .filter(i -> !Arrays.equals(together[i], vectors(request.options(), List.of(some.get(i)), killed)[0]))
                .count();
        Precision precision = request.options().get(EmbedOptions.PRECISION);
        if (precision == Precision.AUTO || precision == Precision.FLOAT32) {
            return new double[] {differing};
        }

        float[][] exact = vectors(request.options().with(EmbedOptions.PRECISION, Precision.FLOAT32), some, killed);
        int[] both = IntStream.range(0, some.size())
                .filter(i -> together[i] != null && exact[i] != null)
                .toArray();
        if (both.length < Fidelity.FEWEST) {
            return new double[] {differing};
        }
        Fidelity fidelity = Fidelity.of(picked(exact, both), picked(together, both));
        return new double[] {
            differing,
            fidelity.texts(),
            fidelity.meanCosine(),
            fidelity.worstCosine(),
            fidelity.overlap(),
            fidelity.spearman()
        };
    }

    /** Programs pad, and products of a GPU are chosen by the size of a batch. */
    private boolean givesSameBits(BooleanSupplier killed) {
        OptionalInt gpu = AssignedGpu.of(TaskContext.get().resourcesJMap(), request.options());
        try (LeasedModels.Lease lease = ExecutorModels.lease(request, gpu, killed)) {
            boolean isProgram = lease.model()
                    .folder()
                    .specification()
                    .backbone()
                    .match(network -> false, table -> false, program -> true);
            return !isProgram && !lease.model().onGpu();
        }
    }

    private static float[][] picked(float[][] vectors, int[] places) {
        return Arrays.stream(places)
                .mapToObj(i -> Objects.requireNonNull(vectors[i]))
                .toArray(float[][]::new);
    }

    private float[][] vectors(EmbedOptions options, List<String> some, BooleanSupplier killed) {
        OptionalInt gpu = AssignedGpu.of(TaskContext.get().resourcesJMap(), options);
        try (LeasedModels.Lease lease = ExecutorModels.lease(new ModelRequest(request.model(), options), gpu, killed)) {
            return lease.use(() -> Embedder.on(lease.model(), options).embed(some));
        }
    }
}
