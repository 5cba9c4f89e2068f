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
import io.embark.model.ModelFolder;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where a network computes, and in what number format; whatever that is, it is pooled in float32.
 *
 * @param device as libtorch names it: {@code cpu}, or {@code cuda:0} for the first GPU that the process sees
 * @param precision the number format of weights and activations, not {@link Precision#AUTO}
 * @param reordered whether matrices lie as the kernels of oneDNN read them, which only CPUs in float32 do
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
        if (reordered && (!device.equals("cpu") || precision != Precision.FLOAT32)) {
            throw new IllegalArgumentException("%s in %s has no order of its own".formatted(device, precision));
        }
    }

    /**
     * Refuses what no host can do for the options and the model.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} for half precision on a CPU, and for a GPU for a program
     */
    public static void check(EmbedOptions options, ModelFolder folder) {
        Device device = options.get(EmbedOptions.DEVICE);
        boolean cpuOnly = sixteenBitType(folder).isEmpty();
        if (device == Device.GPU && cpuOnly) {
            throw TorchErrors.programOnGpu(folder);
        }
        if (device == Device.CPU || cpuOnly) {
            requireCpuPrecision(options);
        }
    }

    /**
     * The place that options choose in this process. The native libraries must have been loaded before.
     *
     * @param gpu the number of the GPU that is the caller's, of those that the process sees; empty if none was given to it
     * @throws EmbarkException {@link ErrorCode#DEVICE_MISSING} if the options ask for a GPU and the process sees none, or not
     *     that one; {@link ErrorCode#OPTION_INVALID} as {@link #check}, and for half precision where no GPU is seen
     */
    public static Placement of(EmbedOptions options, ModelFolder folder, OptionalInt gpu) {
        check(options, folder);
        Device device = options.get(EmbedOptions.DEVICE);
        if (device == Device.GPU && !TorchRuntime.seesGpu()) {
            throw TorchErrors.noGpu(TorchRuntime.whyNoGpu());
        }
        Optional<Precision> sixteenBitType = sixteenBitType(folder);
        if (device == Device.CPU || !TorchRuntime.seesGpu() || sixteenBitType.isEmpty()) {
            requireCpuPrecision(options);
            return CPU;
        }
        TorchRuntime.requireGpu(gpu.orElse(0));
        Precision chosen = options.get(EmbedOptions.PRECISION);
        Precision precision = chosen == Precision.AUTO ? sixteenBitType.get() : chosen;
        return new Placement("cuda:" + gpu.orElse(0), precision, false);
    }

    /** Whether a GPU computes. */
    public boolean onGpu() {
        return !device.equals("cpu");
    }

    /** As {@code c10::ScalarType} numbers them. */
    long torchType() {
        return switch (precision) {
            case FLOAT16 -> 5;
            case FLOAT32 -> 6;
            case BFLOAT16 -> 15;
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
        if (precision == Precision.FLOAT16 || precision == Precision.BFLOAT16) {
            throw TorchErrors.precisionOnCpu(precision);
        }
    }
}
