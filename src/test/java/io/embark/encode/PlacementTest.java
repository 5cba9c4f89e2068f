/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbedOptions;
import io.embark.Precision;
import io.embark.encode.FamilyFixture.Case;
import io.embark.model.Backbones;
import io.embark.model.ModelFolder;
import io.embark.model.ModelReference;
import io.embark.torch.Placement;
import io.embark.torch.TorchRuntime;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a network computes elsewhere than on a CPU in float32. A GPU's way, with plain matrices, runs on CPUs as well. */
class PlacementTest {
    private static final List<String> TEXTS = FamilyFixture.texts();

    @BeforeAll
    static void loadNatives() {
        TorchRuntime.start(EmbedOptions.defaults());
    }

    /** A program computes as it will. */
    static Stream<FamilyFixture> networks() {
        return FamilyFixture.all().stream().filter(fixture -> !fixture.name().equals("program"));
    }

    /**
     * Half precision rounds to 11 and to 8 binary digits; these small networks have more of each rounding than large ones. Where
     * two experts are about as good for a token, rounding may choose the other one; networks with more parts to a layer, or with
     * the large changes of a tiny adapter, round more.
     */
    static Stream<Arguments> placedNetworks() {
        return networks()
                .flatMap(fixture -> Stream.of(
                        Arguments.of(fixture, Precision.FLOAT32, 0.999999, 0),
                        Arguments.of(
                                fixture,
                                Precision.FLOAT16,
                                experts(fixture) ? 0.999 : roundsMore(fixture) ? 0.9999 : 0.99998,
                                table(fixture) ? 0 : 1e-5),
                        Arguments.of(
                                fixture,
                                Precision.BFLOAT16,
                                experts(fixture) ? 0.99 : roundsMore(fixture) ? 0.996 : 0.999,
                                table(fixture) ? 0 : 1e-3)));
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest(name = "{0} in {1}")
    @MethodSource("placedNetworks")
    void plainMatricesGiveTheVectorsOfSentenceTransformersAsNearAsThePrecisionIs(
            FamilyFixture fixture, Precision precision, double minCosine, double minDifference) {
        assertGives(fixture, new Placement("cpu", precision, false), minCosine, minDifference);
    }

    @EnabledIf(value = "io.embark.torch.TorchRuntime#seesGpu", disabledReason = "no GPU is seen here")
    @ParameterizedTest(name = "{0} in {1}")
    @MethodSource("placedNetworks")
    void aGpuGivesThemToo(FamilyFixture fixture, Precision precision, double minCosine, double minDifference) {
        assertGives(fixture, new Placement("cuda:0", precision, false), minCosine, minDifference);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemma3", "t5-relu", "umt5"})
    void aFamilyWhoseStatesOutgrowFloat16HasBfloat16ForAGpu(String name) {
        assertThat(sixteenBitType(name)).isEqualTo(Precision.BFLOAT16);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert", "modernbert", "qwen3"})
    void theOthersHaveFloat16(String name) {
        assertThat(sixteenBitType(name)).isEqualTo(Precision.FLOAT16);
    }

    @DisabledIf(value = "io.embark.torch.TorchRuntime#seesGpu", disabledReason = "a GPU is seen here")
    @Test
    void theCpuIsTakenWhereNoGpuIsSeen() {
        ModelFolder model = SharedModel.embedder(EmbedOptions.defaults()).folder();
        assertThat(Placement.of(EmbedOptions.defaults(), model, OptionalInt.of(1)))
                .isEqualTo(Placement.CPU)
                .hasToString("cpu in float32");
    }

    @Test
    void autoIsNoNumberFormat() {
        assertThatThrownBy(() -> new Placement("cpu", Precision.AUTO, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("precision AUTO names no number format");
    }

    @Test
    void halfPrecisionHasNoOrderOfItsOwn() {
        assertThatThrownBy(() -> new Placement("cpu", Precision.FLOAT16, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cpu in FLOAT16 has no order of its own");
    }

    /** A table's numbers are added up in float32, whatever the network would compute in. */
    private static boolean table(FamilyFixture fixture) {
        return Set.of("", "model2vec").contains(fixture.network());
    }

    private static boolean experts(FamilyFixture fixture) {
        return fixture.name().contains("-moe") || fixture.name().endsWith("-experts");
    }

    private static boolean roundsMore(FamilyFixture fixture) {
        return fixture.name().startsWith("embedding-gemma2") || fixture.name().equals("lora-language-model");
    }

    private static void assertGives(
            FamilyFixture fixture, Placement placement, double minCosine, double minDifference) {
        TorchRuntime.enterComputeThread();
        Case chosen = fixture.cases().get(0);
        float[][] golden = fixture.golden(chosen);
        double largest = 0;
        try (LoadedModel model = open(fixture, chosen, placement)) {
            float[][] vectors = Embedder.on(model, chosen.options()).embed(TEXTS);
            for (int i = 0; i < golden.length; i++) {
                double difference = Differences.largest(vectors[i], golden[i]);
                largest = Math.max(largest, difference);
                assertThat(difference == 0 ? 1 : Differences.cosine(vectors[i], golden[i]))
                        .as("text %d '%s'", i, TEXTS.get(i))
                        .isGreaterThanOrEqualTo(minCosine);
            }
        }
        assertThat(largest).isGreaterThanOrEqualTo(minDifference);
    }

    private static Precision sixteenBitType(String fixture) {
        Path folder = FamilyFixture.named(fixture).folder();
        return Backbones.architecture(ModelReference.open(folder.toString(), folder))
                .sixteenBitType();
    }

    private static LoadedModel open(FamilyFixture fixture, Case chosen, Placement placement) {
        EmbedOptions options =
                chosen.options().with(EmbedOptions.MODEL, fixture.folder().toString());
        return LoadedModel.open(ModelReference.open(options), options, placement, new Semaphore(2));
    }
}
