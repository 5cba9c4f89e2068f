/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import static java.util.Objects.requireNonNull;

import io.embark.Device;
import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.Option;
import io.embark.Precision;
import io.embark.host.CpuFeatures;
import io.embark.model.ModelFolder;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where a network computes, and in what number format; whatever that is, it is pooled in float32.
 *
 * @param device as libtorch names it: {@code cpu}, or {@code cuda:0} for the first GPU that the process sees
 * @param precision the number format of weights and activations, not {@link Precision#AUTO}
 * @param reordered whether matrices, and they alone in another precision than float32, lie as the kernels of oneDNN read them,
 *     which only CPUs do
 * @hidden Public for Embark's other rooms only.
 */
public record Placement(String device, Precision precision, boolean reordered) {
    /** What every host has. */
    public static final Placement CPU = new Placement("cpu", Precision.FLOAT32, true);

    /** Refuses what names no format, and an order that there are no kernels for. */
    public Placement {
        requireNonNull(device, "device is null");
        if (precision == Precision.AUTO) {
            throw new IllegalArgumentException("precision AUTO names no number format");
        }
        if (reordered && (!device.equals("cpu") || precision == Precision.FLOAT16)) {
            throw new IllegalArgumentException("%s in %s has no order of its own".formatted(device, precision));
        }
        if (!reordered && precision == Precision.INT8) {
            throw new IllegalArgumentException("INT8 is for matrices in an order of their own");
        }
    }

    /** A CPU, in a precision that it has. */
    public static Placement cpu(Precision precision) {
        return precision == Precision.AUTO || precision == Precision.FLOAT32
                ? CPU
                : new Placement("cpu", precision, true);
    }

    /**
     * Refuses what no host can do for the options and the model.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} for float16 on a CPU and int8 on a GPU, for a GPU for a program, and
     *     for bfloat16 and int8 for a model without matrices
     */
    public static void check(EmbedOptions options, ModelFolder folder) {
        Device device = options.get(EmbedOptions.DEVICE);
        boolean cpuOnly = sixteenBitType(folder).isEmpty();
        if (device == Device.GPU && cpuOnly) {
            throw TorchErrors.programOnGpu(folder);
        }
        if (device == Device.GPU && options.get(EmbedOptions.PRECISION) == Precision.INT8) {
            throw TorchErrors.int8OnGpu();
        }
        requireMatrices(options, folder);
        if (device == Device.CPU || cpuOnly) {
            requireCpuPrecision(options);
        }
    }

    /**
     * The place that options choose in this process. The native libraries must have been loaded before.
     *
     * @param gpu the number of the GPU that is the caller's, of those that the process sees; empty if none was given to it
     * @throws EmbarkException {@link ErrorCode#DEVICE_MISSING} if the options ask for a GPU and the process sees none, or not
     *     that one, or its CPU has not the precision; {@link ErrorCode#OPTION_INVALID} as {@link #check}, and for float16 where no
     *     GPU is seen
     */
    public static Placement of(EmbedOptions options, ModelFolder folder, OptionalInt gpu) {
        check(options, folder);
        Device device = options.get(EmbedOptions.DEVICE);
        if (device == Device.GPU && !TorchRuntime.seesGpu()) {
            throw TorchErrors.noGpu(TorchRuntime.whyNoGpu());
        }
        Optional<Precision> sixteenBitType = sixteenBitType(folder);
        Precision chosen = options.get(EmbedOptions.PRECISION);
        // Vectors in bytes are of CPUs; a host that sees a GPU as well gives the same.
        boolean onCpu = device == Device.CPU || !TorchRuntime.seesGpu() || chosen == Precision.INT8;
        if (onCpu || sixteenBitType.isEmpty()) {
            requireCpuPrecision(options);
            if (chosen == Precision.BFLOAT16 && device == Device.AUTO && gpu.isPresent()) {
                // The others of a cluster with GPUs compute the whole network in it.
                throw TorchErrors.noGpu(TorchRuntime.whyNoGpu());
            }
            if (chosen != Precision.AUTO && !CpuFeatures.have(chosen)) {
                throw TorchErrors.precisionIsNotOfThisCpu(chosen);
            }
            return cpu(chosen);
        }
        TorchRuntime.requireGpu(gpu.orElse(0));
        Precision precision = chosen == Precision.AUTO ? sixteenBitType.get() : chosen;
        return new Placement("cuda:" + gpu.orElse(0), precision, false);
    }

    /** Whether a GPU computes. */
    public boolean onGpu() {
        return !device.equals("cpu");
    }

    /** The format of all that is not a matrix in an order of its own, as {@code c10::ScalarType} numbers them. */
    long torchType() {
        if (reordered) {
            return 6;
        }
        return switch (precision) {
            case FLOAT16 -> 5;
            case FLOAT32 -> 6;
            case BFLOAT16 -> 15;
            case INT8 -> throw new IllegalStateException("a placement in INT8 without an order");
            case AUTO -> throw new IllegalStateException("a placement in AUTO");
        };
    }

    @Override
    public String toString() {
        return "%s in %s".formatted(device, Option.write(precision));
    }

    /** The number format of 16 bits that holds the model's states on a GPU; empty for a program, which computes on CPUs. */
    private static Optional<Precision> sixteenBitType(ModelFolder folder) {
        return folder.specification()
                .backbone()
                .match(
                        network -> Optional.of(network.architecture().sixteenBitType()),
                        table -> Optional.of(Precision.FLOAT16),
                        program -> Optional.empty());
    }

    private static void requireCpuPrecision(EmbedOptions options) {
        Precision precision = options.get(EmbedOptions.PRECISION);
        if (precision == Precision.FLOAT16) {
            throw TorchErrors.precisionOnCpu(precision);
        }
    }

    private static void requireMatrices(EmbedOptions options, ModelFolder folder) {
        Precision precision = options.get(EmbedOptions.PRECISION);
        boolean hasMatrices =
                folder.specification().backbone().match(network -> true, table -> false, program -> false);
        if (!hasMatrices && (precision == Precision.BFLOAT16 || precision == Precision.INT8)) {
            throw TorchErrors.noMatricesFor(precision, folder);
        }
    }
}
