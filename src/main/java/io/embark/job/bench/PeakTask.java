/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import io.embark.EmbedOptions;
import io.embark.Precision;
import io.embark.torch.MatrixPeak;
import io.embark.torch.TorchRuntime;
import org.apache.spark.api.java.function.Function;

/** What one task multiplies in a second, while others do the same. */
final class PeakTask implements Function<Integer, Double> {
    private static final long serialVersionUID = 1L;

    private final EmbedOptions options;
    private final Precision precision;
    private final double seconds;

    PeakTask(EmbedOptions options, Precision precision, double seconds) {
        this.options = options;
        this.precision = precision;
        this.seconds = seconds;
    }

    @Override
    public Double call(Integer task) throws Exception {
        TorchRuntime.start(options);
        try (MatrixPeak peak = new MatrixPeak(1, precision)) {
            return peak.measure(seconds);
        }
    }
}
