/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.embark.Device;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.spark.EmbedBesideGpu;
import io.embark.spark.OwnJvm;
import io.embark.spark.TinyModel;
import io.embark.torch.TorchRuntime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AssignedGpuTest {
    private static final EmbedOptions OPTIONS = EmbedOptions.defaults();

    @TempDir
    Path folder;

    @BeforeAll
    static void loadNatives() {
        TorchRuntime.start(OPTIONS);
    }

    @Test
    void isThereWhereTheTaskHasAnAddress() {
        assertThat(AssignedGpu.isIn(gpus("3", "1"))).isTrue();
        assertThat(AssignedGpu.isIn(gpus())).isFalse();
        assertThat(AssignedGpu.isIn(Map.of("fpga", new ResourceInformation("fpga", new String[] {"0"}))))
                .isFalse();
    }

    @Test
    void hasTheNumberThatItsAddressIs() {
        assertThat(AssignedGpu.number("0")).isZero();
        assertThat(AssignedGpu.number("15")).isEqualTo(15);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GPU-1f2e", "-1", "+1", "4294967296", ""})
    void isRefusedIfItIsNoNumber(String address) {
        assertRefused(
                () -> AssignedGpu.number(address),
                ErrorCode.DEVICE_MISSING,
                "GPU '%s' that Spark assigned: cannot be found".formatted(address),
                "Embark finds GPUs by their number among those that the process sees.",
                "Let spark.executor.resource.gpu.discoveryScript give numbers from 0 on, or set device to cpu.");
    }

    @Test
    void isNoneWhereTheCpuIsToCompute() {
        assertThat(AssignedGpu.of(gpus("0"), OPTIONS.with(EmbedOptions.DEVICE, Device.CPU)))
                .isEmpty();
    }

    @DisabledIf(value = "io.embark.torch.TorchRuntime#seesGpu", disabledReason = "a GPU is seen here")
    @Test
    void isNoneWhereTheProcessSeesNone() {
        assertThat(AssignedGpu.of(gpus("GPU-1f2e"), OPTIONS)).isEmpty();
    }

    @EnabledIf(value = "io.embark.torch.TorchRuntime#seesGpu", disabledReason = "no GPU is seen here")
    @Test
    void isTheFirstOneOfTheTaskElseThatOfTheExecutor() {
        AssignedGpu.ofExecutor(gpus("2"));
        try {
            assertThat(AssignedGpu.of(gpus("3", "1"), OPTIONS)).hasValue(3);
            assertThat(AssignedGpu.of(gpus(), OPTIONS)).hasValue(2);
        } finally {
            AssignedGpu.ofExecutor(Map.of());
        }
    }

    @Test
    void isToldOfOnceWhereItWaitsBesideTheCpu() throws Exception {
        Path script = Files.writeString(
                folder.resolve("gpus.sh"), "echo '{\"name\": \"gpu\", \"addresses\": [\"GPU-1f2e\"]}'\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        Path log = folder.resolve("executor.log");
        Path logging = Files.writeString(folder.resolve("log4j2.properties"), """
                rootLogger.level = warn
                rootLogger.appenderRef.file.ref = file
                appender.file.type = File
                appender.file.name = file
                appender.file.fileName = %s
                appender.file.layout.type = PatternLayout
                appender.file.layout.pattern = %%m%%n
                """.formatted(log));
        try (TinyModel model = TinyModel.in(folder.resolve("tiny"))) {
            // A Spark that nobody laid out: its processes have the class path of this one.
            Map<String, String> environment =
                    Map.of("SPARK_TESTING", "1", "SPARK_SCALA_VERSION", "2.12", "SPARK_HOME", folder.toString());
            assertThat(OwnJvm.run(
                            folder,
                            environment,
                            EmbedBesideGpu.class,
                            model.options().get(EmbedOptions.MODEL),
                            script.toString(),
                            logging.toString()))
                    .contains("CPU: 3 vectors", "AUTO: 3 vectors")
                    .anySatisfy(line ->
                            assertThat(line).startsWith("GPU: ").endsWith("option device: gpu is not available"));
        }
        assertThat(Files.readAllLines(log))
                .filteredOn(line -> line.contains("hold GPUs"))
                .containsExactly("Tasks that embed hold GPUs, and Embark computes on the CPU beside them. Unset"
                        + " spark.task.resource.gpu.amount and spark.executor.resource.gpu.amount; if a GPU was to compute,"
                        + " set device to gpu to be told what is missing.");
    }

    private static Map<String, ResourceInformation> gpus(String... addresses) {
        return Map.of("gpu", new ResourceInformation("gpu", addresses));
    }
}
