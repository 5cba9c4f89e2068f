/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import io.embark.Device;
import io.embark.EmbedOptions;
import io.embark.Precision;
import org.apache.spark.sql.SparkSession;

/**
 * Where a few texts are embedded beside the tasks.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class DriverDevice {
    private DriverDevice() {}

    /** The options for the driver of a session, which need not have the GPUs that its executors have. */
    public static EmbedOptions of(EmbedOptions options, SparkSession spark) {
        return of(options, spark.sparkContext().isLocal());
    }

    /**
     * The same for a session that runs here, or elsewhere.
     *
     * @param isLocal whether the driver itself is the executor
     */
    public static EmbedOptions of(EmbedOptions options, boolean isLocal) {
        return isLocal
                ? options
                : options.with(EmbedOptions.DEVICE, Device.CPU).with(EmbedOptions.PRECISION, Precision.FLOAT32);
    }
}
