package io.embark.spark;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.embark.Device;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AssignedGpuTest {
    private static final EmbedOptions OPTIONS = EmbedOptions.defaults();

    @TempDir
    Path folder;

    @Test
    void isTheFirstOneOfTheTask() {
        assertThat(AssignedGpu.of(gpus("3", "1"), OPTIONS)).hasValue(3);
        assertThat(AssignedGpu.isIn(gpus("3", "1"))).isTrue();
    }

    @Test
    void isNoneWhereTheTaskHasNone() {
        ResourceInformation other = new ResourceInformation("fpga", new String[] {"0"});
        assertThat(AssignedGpu.of(Map.of("fpga", other), OPTIONS)).isEmpty();
        assertThat(AssignedGpu.isIn(Map.of("fpga", other))).isFalse();
        assertThat(AssignedGpu.of(gpus(), OPTIONS)).isEmpty();
        assertThat(AssignedGpu.isIn(gpus())).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "GPU"})
    void isRefusedIfItIsNoNumber(Device device) {
        assertRefused(
                () -> AssignedGpu.of(gpus("GPU-1f2e"), OPTIONS.with(EmbedOptions.DEVICE, device)),
                ErrorCode.DEVICE_MISSING,
                "GPU 'GPU-1f2e' of this task: cannot be found",
                "Embark finds GPUs by their number among those that the process sees.",
                "Let spark.executor.resource.gpu.discoveryScript give numbers from 0 on, or set device to cpu.");
    }

    @Test
    void isNoneWhereTheCpuIsToCompute() {
        assertThat(AssignedGpu.of(gpus("GPU-1f2e"), OPTIONS.with(EmbedOptions.DEVICE, Device.CPU)))
                .isEmpty();
    }

    @Test
    void isTheOneOfWhichAnExecutorsScriptTellsSpark() throws Exception {
        Path script = Files.writeString(
                folder.resolve("gpus.sh"), "echo '{\"name\": \"gpu\", \"addresses\": [\"GPU-1f2e\"]}'\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        try (TinyModel model = TinyModel.in(folder.resolve("tiny"))) {
            // A Spark that nobody laid out: its processes have the class path of this one.
            Map<String, String> environment =
                    Map.of("SPARK_TESTING", "1", "SPARK_SCALA_VERSION", "2.12", "SPARK_HOME", folder.toString());
            assertThat(OwnJvm.run(
                            folder,
                            environment,
                            EmbedBesideGpu.class,
                            model.options().get(EmbedOptions.MODEL),
                            script.toString()))
                    .contains("CPU: 3 vectors")
                    .anySatisfy(line -> assertThat(line)
                            .startsWith("AUTO: ")
                            .endsWith("GPU 'GPU-1f2e' of this task: cannot be found"));
        }
    }

    private static Map<String, ResourceInformation> gpus(String... addresses) {
        return Map.of("gpu", new ResourceInformation("gpu", addresses));
    }
}
