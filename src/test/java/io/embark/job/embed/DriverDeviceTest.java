/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.Device;
import io.embark.EmbedOptions;
import io.embark.Precision;
import io.embark.spark.SharedSpark;
import org.junit.jupiter.api.Test;

class DriverDeviceTest {
    private static final EmbedOptions OPTIONS = EmbedOptions.defaults()
            .with(EmbedOptions.DEVICE, Device.GPU)
            .with(EmbedOptions.PRECISION, Precision.FLOAT16)
            .with(EmbedOptions.DIMENSIONS, 8);

    @Test
    void isTheOneOfTheOptionsWhereTheDriverIsTheExecutor() {
        assertThat(DriverDevice.of(OPTIONS, SharedSpark.session())).isEqualTo(OPTIONS);
    }

    @Test
    void isTheCpuWhereTheExecutorsAreElsewhere() {
        assertThat(DriverDevice.of(OPTIONS, false))
                .isEqualTo(
                        OPTIONS.with(EmbedOptions.DEVICE, Device.CPU).with(EmbedOptions.PRECISION, Precision.FLOAT32));
    }
}
