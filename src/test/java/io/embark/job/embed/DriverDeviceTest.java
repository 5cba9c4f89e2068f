/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.Device;
import io.embark.EmbedOptions;
import io.embark.Precision;
import io.embark.host.CpuFeatures;
import io.embark.spark.SharedSpark;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DriverDeviceTest {
    private static final EmbedOptions OPTIONS = EmbedOptions.defaults()
            .with(EmbedOptions.DEVICE, Device.GPU)
            .with(EmbedOptions.PRECISION, Precision.FLOAT16)
            .with(EmbedOptions.DIMENSIONS, 8);

    @Test
    void isTheOneOfTheOptionsWhereTheDriverIsTheExecutor() {
        assertThat(DriverDevice.of(OPTIONS, SharedSpark.session())).isEqualTo(OPTIONS);
    }

    @ParameterizedTest
    @EnumSource(names = {"BFLOAT16", "INT8"})
    void computesAsTheExecutorsDoWhereItsCpuCan(Precision precision) {
        EmbedOptions options = EmbedOptions.defaults().with(EmbedOptions.PRECISION, precision);
        assertThat(DriverDevice.of(options, false).get(EmbedOptions.PRECISION))
                .isEqualTo(CpuFeatures.have(precision) ? precision : Precision.FLOAT32);
    }

    @Test
    void isTheCpuWhereTheExecutorsAreElsewhere() {
        assertThat(DriverDevice.of(OPTIONS, false))
                .isEqualTo(
                        OPTIONS.with(EmbedOptions.DEVICE, Device.CPU).with(EmbedOptions.PRECISION, Precision.FLOAT32));
    }
}
