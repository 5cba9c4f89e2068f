/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import java.io.IOException;

/** What is refused of the models of executors and of where they come from, one method for each mistake. */
final class ModelErrors {
    private ModelErrors() {}

    static EmbarkException cannotBeLoaded(String reference, Throwable thrown) {
        return new EmbarkException(
                ErrorCode.RUN_FAILED,
                "model %s: cannot be loaded".formatted(reference),
                thrown.toString(),
                "Check that the executors reach the driver and the model's files, and run it again.",
                thrown);
    }

    static EmbarkException cannotBeServed(String reference, IOException thrown) {
        return new EmbarkException(
                ErrorCode.RUN_FAILED,
                "model %s: cannot be handed to the executors".formatted(reference),
                "The system says: %s.".formatted(thrown),
                "Check that %s can be written.".formatted(System.getProperty("java.io.tmpdir")),
                thrown);
    }

    static EmbarkException gpuHasNoNumber(String address) {
        return new EmbarkException(
                ErrorCode.DEVICE_MISSING,
                "GPU '%s' that Spark assigned: cannot be found".formatted(address),
                "Embark finds GPUs by their number among those that the process sees.",
                "Let spark.executor.resource.gpu.discoveryScript give numbers from 0 on, or set device to cpu.");
    }
}
