/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import io.embark.Device;
import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.torch.TorchRuntime;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.resource.ResourceInformation;

/**
 * Which GPU Spark assigned to a task, or else to this executor.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class AssignedGpu {
    /** What Spark calls them in {@code spark.task.resource.gpu.amount}. */
    private static final String RESOURCE = "gpu";

    private static volatile Map<String, ResourceInformation> executor = Map.of();

    private AssignedGpu() {}

    /** Takes what this executor has for tasks that have nothing of their own. */
    public static void ofExecutor(Map<String, ResourceInformation> resources) {
        executor = Map.copyOf(resources);
    }

    /**
     * The number of the first one; empty if there is none, if the options want none, or if this process sees none.
     *
     * @param task the resources of the task
     * @throws EmbarkException as {@link TorchRuntime#start} and {@link #number}
     */
    public static OptionalInt of(Map<String, ResourceInformation> task, EmbedOptions options) {
        Optional<String> address = address(task).or(() -> address(executor));
        if (address.isEmpty() || options.get(EmbedOptions.DEVICE) == Device.CPU) {
            return OptionalInt.empty();
        }

        TorchRuntime.start(options);
        return TorchRuntime.seesGpu() ? OptionalInt.of(number(address.get())) : OptionalInt.empty();
    }

    /** Whether there is one among the resources. */
    public static boolean isIn(Map<String, ResourceInformation> resources) {
        return address(resources).isPresent();
    }

    /**
     * What libtorch calls the GPU with an address of Spark.
     *
     * @throws EmbarkException {@link ErrorCode#DEVICE_MISSING} if that is no number
     */
    static int number(String address) {
        if (!address.matches("\\d{1,4}")) {
            throw ModelErrors.gpuHasNoNumber(address);
        }
        return Integer.parseInt(address);
    }

    private static Optional<String> address(Map<String, ResourceInformation> resources) {
        return Optional.ofNullable(resources.get(RESOURCE))
                .map(ResourceInformation::addresses)
                .filter(addresses -> addresses.length > 0)
                .map(addresses -> addresses[0]);
    }
}
