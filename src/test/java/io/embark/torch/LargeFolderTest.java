/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.model.Backbones;
import io.embark.model.ModelReference;
import io.embark.model.RandomModel;
import io.embark.model.weights.DataType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Loading takes no more memory than the weights in the end, whatever format they are stored in. Every file is closed again, and
 * the pages of files that the system keeps are not the process's. {@code -Dembark.large.layers=N} makes the folder larger.
 */
@EnabledOnOs(OS.LINUX)
class LargeFolderTest {
    private static final int LAYERS = Integer.getInteger("embark.large.layers", 8);
    private static final long SHARD_BYTES = 64L << 20;

    /** What a virtual machine does meanwhile. */
    private static final long NOISE = 24L << 20;

    @TempDir
    Path temporary;

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "BFLOAT16"})
    void weightsAreNeverTwiceInMemory(DataType type) throws IOException, InterruptedException {
        Path cache = Path.of("target", "large-folder-cache").toAbsolutePath();
        Path folder =
                RandomModel.writeShards(temporary.resolve("large"), """
                {"model_type": "qwen3", "hidden_size": 512, "intermediate_size": 1536, "vocab_size": 30522, "head_dim": 64,
                 "num_attention_heads": 8, "num_key_value_heads": 4, "num_hidden_layers": %s}""".formatted(LAYERS), cache, type, SHARD_BYTES);
        long weights = Backbones.architecture(ModelReference.open(folder.toString(), cache)).tensors().stream()
                .mapToLong(tensor -> tensor.shape().stream().reduce((long) Float.BYTES, Math::multiplyExact))
                .sum();

        Path output = temporary.resolve("output");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-Dlog4j2.configurationFile="
                                + Path.of("conf/log4j2.properties").toUri(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        LoadLargeFolder.class.getName(),
                        "src/test/resources/io/embark/families/qwen3",
                        folder.toString(),
                        cache.toString())
                .redirectOutput(output.toFile())
                .redirectError(temporary.resolve("log").toFile())
                .start();
        assertThat(process.waitFor()).isZero();
        List<String> grown = Files.readAllLines(output);
        System.out.printf(
                "%s, %s MB: peak %.3f, in the end %.3f of the weights in float32%n",
                type,
                weights >> 20,
                Double.parseDouble(grown.get(0)) / weights,
                Double.parseDouble(grown.get(1)) / weights);
        assertThat(Long.parseLong(grown.get(0))).isLessThan(weights * 115 / 100 + NOISE);
    }
}
