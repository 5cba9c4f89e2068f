/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import io.embark.Device;
import io.embark.EmbedOptions;
import io.embark.Precision;
import io.embark.host.CpuFeatures;
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
        if (isLocal) {
            return options;
        }
        Precision chosen = options.get(EmbedOptions.PRECISION);
        return options.with(EmbedOptions.DEVICE, Device.CPU)
                .with(EmbedOptions.PRECISION, isOfThisCpu(chosen) ? chosen : Precision.FLOAT32);
    }

    /** Whether this is a precision of CPUs beside float32, which other hosts need not have, and this one has it. */
    public static boolean isOfThisCpu(Precision precision) {
        return isOfSomeCpus(precision) && CpuFeatures.have(precision);
    }

    /** Whether this is a precision that some CPUs have. */
    public static boolean isOfSomeCpus(Precision precision) {
        return precision == Precision.BFLOAT16 || precision == Precision.INT8;
    }
}
