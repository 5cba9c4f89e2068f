package io.embark.spark;

import io.embark.Device;
import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.spark.resource.ResourceInformation;

/** Which GPU Spark gave to a task, or to an executor. */
final class AssignedGpu {
    /** What Spark calls them in {@code spark.task.resource.gpu.amount}. */
    private static final String RESOURCE = "gpu";

    private AssignedGpu() {}

    /**
     * The number of the first one; empty if there is none, or the options want none.
     *
     * @throws EmbarkException {@link ErrorCode#DEVICE_MISSING} if it has an address that is no number
     */
    static OptionalInt of(Map<String, ResourceInformation> resources, EmbedOptions options) {
        if (!isIn(resources) || options.get(EmbedOptions.DEVICE) == Device.CPU) {
            return OptionalInt.empty();
        }
        String address = resources.get(RESOURCE).addresses()[0];
        try {
            return OptionalInt.of(Integer.parseUnsignedInt(address));
        } catch (NumberFormatException e) {
            throw new EmbarkException(
                    ErrorCode.DEVICE_MISSING,
                    "GPU '%s' of this task: cannot be found".formatted(address),
                    "Embark finds GPUs by their number among those that the process sees.",
                    "Let spark.executor.resource.gpu.discoveryScript give numbers from 0 on, or set device to cpu.",
                    e);
        }
    }

    /** Whether there is one. */
    static boolean isIn(Map<String, ResourceInformation> resources) {
        return resources.containsKey(RESOURCE) && resources.get(RESOURCE).addresses().length > 0;
    }
}
