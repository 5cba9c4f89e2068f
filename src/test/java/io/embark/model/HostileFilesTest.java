/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.EmbarkException;
import io.embark.model.ModelFolderBuilder.Format;
import io.embark.model.weights.Weights;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever stands in the files of a model: it is read, or refused in three lines, and soon. */
@Timeout(120)
class HostileFilesTest {
    private static final int ROUNDS = 600;

    /** What people who look for weak readers put into files. */
    private static final List<String> SPLINTERS = List.of(
            "-1",
            "0",
            "1e999",
            "1e-999",
            "2147483648",
            "9223372036854775807",
            "9223372036854775808",
            "99999999999999999999999",
            "null",
            "true",
            "NaN",
            "[]",
            "{}",
            "[[[[[[[[",
            "{\"\":{\"\":",
            "\"\"",
            "\"..\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\n",
            "\u0000",
            ",",
            ":",
            "}",
            "]",
            "\"");

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(names = {"SAFETENSORS", "SHARDED_SAFETENSORS", "ONNX"})
    void readsOrRefusesEveryMutationOfTheWeights(Format format) throws IOException {
        ModelFolderBuilder.in(folder).format(format).write();
        String name =
                switch (format) {
                    case SAFETENSORS -> "model.safetensors";
                    case SHARDED_SAFETENSORS -> "model-00001-of-00002.safetensors";
                    case ONNX -> "model.onnx";
                };
        mutate(name, 4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "config.json",
                "modules.json",
                "sentence_bert_config.json",
                "tokenizer_config.json",
                "config_sentence_transformers.json",
                "1_Pooling/config.json"
            })
    void readsOrRefusesEveryMutationOfAConfiguration(String name) throws IOException {
        ModelFolderBuilder.in(folder).write();
        mutate(name, 1);
    }

    @Test
    void readsOrRefusesEveryMutationOfTheIndex() throws IOException {
        ModelFolderBuilder.in(folder).format(Format.SHARDED_SAFETENSORS).write();
        mutate("model.safetensors.index.json", 1);
    }

    private void mutate(String name, int headerShare) throws IOException {
        Path file = folder.resolve(name);
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(name.hashCode());
        assertThat(opens()).isTrue();
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] mutated = whole;
            for (int times = 1 + random.nextInt(3); times > 0; times--) {
                mutated = mutated(mutated, random, headerShare);
            }
            Files.write(file, mutated);
            refused += opens() ? 0 : 1;
        }
        assertThat(refused).isGreaterThan(ROUNDS / 20);
    }

    private boolean opens() {
        try (Weights weights = ModelReference.open(folder.toString(), folder).openWeights()) {
            for (String tensor : weights.tensors().keySet()) {
                WeightValues.read(weights, tensor, 64);
            }
            return true;
        } catch (EmbarkException e) {
            assertThat(e.getMessage().lines()).hasSize(3);
            return false;
        }
    }

    /** Most mutations hit the first part of a file, where the structure is. */
    private static byte[] mutated(byte[] bytes, Random random, int headerShare) {
        int bound = Math.max(1, random.nextInt(4) == 0 ? bytes.length : bytes.length / headerShare);
        int at = Math.min(random.nextInt(bound), Math.max(0, bytes.length - 1));
        return switch (random.nextInt(6)) {
            case 0 -> changed(bytes, at, (byte) (1 << random.nextInt(8)), true);
            case 1 -> changed(bytes, at, (byte) random.nextInt(), false);
            case 2 -> Arrays.copyOf(bytes, at);
            case 3 -> spliced(bytes, at, at, SPLINTERS.get(random.nextInt(SPLINTERS.size())));
            case 4 ->
                spliced(
                        bytes,
                        at,
                        Math.min(bytes.length, at + random.nextInt(12)),
                        SPLINTERS.get(random.nextInt(SPLINTERS.size())));
            default -> spliced(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(8)), "");
        };
    }

    private static byte[] changed(byte[] bytes, int at, byte value, boolean flip) {
        byte[] result = bytes.clone();
        if (result.length > 0) {
            result[at] = flip ? (byte) (result[at] ^ value) : value;
        }
        return result;
    }

    private static byte[] spliced(byte[] bytes, int from, int to, String text) {
        byte[] middle = text.getBytes(StandardCharsets.UTF_8);
        int start = Math.min(from, bytes.length);
        byte[] result = new byte[start + middle.length + bytes.length - to];
        System.arraycopy(bytes, 0, result, 0, start);
        System.arraycopy(middle, 0, result, start, middle.length);
        System.arraycopy(bytes, to, result, start + middle.length, bytes.length - to);
        return result;
    }
}
