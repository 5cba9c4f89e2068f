/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import com.google.gson.Gson;
import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.model.ConfigFile;
import io.embark.model.family.Activations;
import io.embark.model.files.JsonConfig;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every activation function that the oracle's transformers and torch.nn have, against what they give. */
class ActivationTest {
    private static final String ACT2FN = "hidden_act";
    private static final String CLASS = "activation_function";
    private static final Golden GOLDEN = read();

    @TempDir
    static Path temporary;

    private static PtNDManager manager;
    private static PtSymbolBlock module;

    /** What write_activations.py writes. */
    private record Golden(
            List<Float> numbers,
            Map<String, List<Double>> hidden_act,
            Map<String, List<Double>> activation_function,
            Map<String, List<String>> others) {}

    @BeforeAll
    static void load() throws Exception {
        TorchRuntime.start(EmbedOptions.defaults());
        TorchRuntime.enterComputeThread();
        manager = (PtNDManager) NDManager.newBaseManager(Device.cpu(), "PyTorch");
        module = JniUtils.loadModule(manager, new ByteArrayInputStream(ScriptArchive.of("static")), false, false);
    }

    @AfterAll
    static void close() {
        module.close();
        manager.close();
    }

    static Stream<Arguments> known() {
        return Stream.concat(
                GOLDEN.hidden_act().entrySet().stream()
                        .map(each -> Arguments.of(ACT2FN, each.getKey(), each.getValue())),
                GOLDEN.activation_function().entrySet().stream()
                        .map(each -> Arguments.of(CLASS, each.getKey(), each.getValue())));
    }

    static Stream<Arguments> others() {
        return GOLDEN.others().entrySet().stream()
                .flatMap(group -> group.getValue().stream().map(name -> Arguments.of(group.getKey(), name)));
    }

    @ParameterizedTest
    @MethodSource("known")
    void givesWhatTheOracleGives(String key, String name, List<Double> expected) {
        float[] actual = activate(normalised(key, name));
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat((double) actual[i])
                    .as("%s of %s", name, GOLDEN.numbers().get(i))
                    .isCloseTo(expected.get(i), within(1e-6 * Math.max(1, Math.abs(expected.get(i)))));
        }
    }

    @ParameterizedTest
    @MethodSource("others")
    void refusesByNameWhatHasWeightsOrNeedsArguments(String key, String name) {
        assertThatThrownBy(() -> normalised(key, name))
                .isInstanceOf(EmbarkException.class)
                .hasMessageContaining(
                        " is '%s%s'".formatted(key.equals(CLASS) ? "torch.nn.modules.activation." : "", name))
                .hasMessageContaining("Known are: ");
    }

    @Test
    void theOracleTellsAllOfThemApart() {
        assertThat(GOLDEN.hidden_act()).hasSize(22);
        assertThat(GOLDEN.activation_function()).hasSize(25);
    }

    private static String normalised(String key, String name) {
        String prefix = key.equals(CLASS) ? "torch.nn.modules.activation." : "";
        JsonConfig config = new ConfigFile(temporary, "{\"%s\": \"%s%s\"}".formatted(key, prefix, name)).read();
        return key.equals(CLASS) ? Activations.ofClass(config, key) : Activations.normalised(config, key, "gelu");
    }

    private static float[] activate(String activation) {
        float[] inputs = new float[GOLDEN.numbers().size()];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = GOLDEN.numbers().get(i);
        }
        try (PtNDManager scope = (PtNDManager) manager.newSubManager();
                IValue numbers = IValue.from((PtNDArray) scope.create(inputs, new Shape(1, inputs.length)));
                IValue name = IValue.from(activation);
                IValue result = IValueUtils.runMethod(module, "activate", numbers, name)) {
            return result.toTensor(scope).toFloatArray();
        }
    }

    private static Golden read() {
        try (Reader reader = new InputStreamReader(
                ActivationTest.class.getResourceAsStream("activations.json"), StandardCharsets.UTF_8)) {
            return new Gson().fromJson(reader, Golden.class);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
