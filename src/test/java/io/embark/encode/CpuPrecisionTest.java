/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.Precision;
import io.embark.benchmark.Glosses;
import io.embark.encode.FamilyFixture.Case;
import io.embark.host.CpuFeatures;
import io.embark.model.ModelFolder;
import io.embark.model.ModelReference;
import io.embark.torch.Placement;
import io.embark.torch.TorchRuntime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Matrices of every family in bfloat16 and in bytes, on CPUs that multiply in them; others say so here, and skip. */
class CpuPrecisionTest {
    private static final List<String> TEXTS = FamilyFixture.texts();

    @BeforeAll
    static void loadNatives() {
        TorchRuntime.start(EmbedOptions.defaults());
    }

    private static void requireHardware(Precision precision) {
        assumeThat(CpuFeatures.have(precision))
                .as("this CPU multiplies in %s".formatted(precision))
                .isTrue();
    }

    /** One fixture of each script, with experts and without. Random weights have none of the structure that evens out roundings. */
    static Stream<Arguments> networks() {
        Set<String> seen = new HashSet<>(List.of("static false", "program false"));
        return FamilyFixture.all().stream()
                .filter(fixture ->
                        seen.add(script(fixture) + " " + fixture.name().matches(".*(moe|experts).*")))
                .flatMap(fixture -> Stream.of(
                        Arguments.of(fixture, Precision.BFLOAT16, 0.998), Arguments.of(fixture, Precision.INT8, 0.99)));
    }

    private static String script(FamilyFixture fixture) {
        EmbedOptions options = fixture.cases()
                .get(0)
                .options()
                .with(EmbedOptions.MODEL, fixture.folder().toString());
        return ModelReference.open(options).specification().backbone().script();
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest(name = "{0} in {1}")
    @MethodSource("networks")
    void givesTheVectorsOfSentenceTransformersAsNearAsThePrecisionIsAndTheSameBitsAmongAnyOthers(
            FamilyFixture fixture, Precision precision, double minCosine) {
        requireHardware(precision);
        TorchRuntime.enterComputeThread();
        Case chosen = fixture.cases().get(0);
        float[][] golden = fixture.golden(chosen);
        EmbedOptions options =
                chosen.options().with(EmbedOptions.MODEL, fixture.folder().toString());
        ModelFolder folder = ModelReference.open(options);
        try (LoadedModel model = LoadedModel.open(folder, options, Placement.cpu(precision), new Semaphore(2))) {
            float[][] vectors = Embedder.on(model, options).embed(TEXTS);
            double worst = 1;
            double largest = 0;
            for (int i = 0; i < golden.length; i++) {
                worst = Math.min(worst, Differences.cosine(vectors[i], golden[i]));
                largest = Math.max(largest, Differences.largest(vectors[i], golden[i]));
            }
            assertThat(worst).isGreaterThanOrEqualTo(minCosine);
            assertThat(largest).as("float32 ran").isGreaterThan(1e-5);

            List<String> mixed = new ArrayList<>(TEXTS);
            Collections.shuffle(mixed, new Random(5));
            float[][] few = Embedder.on(model, options.with(EmbedOptions.BATCH_TOKENS, 40))
                    .embed(mixed);
            for (int i = 0; i < mixed.size(); i++) {
                assertThat(few[i])
                        .as("among few: '%s'", mixed.get(i))
                        .containsExactly(vectors[TEXTS.indexOf(mixed.get(i))]);
            }
        }
    }

    private static float[][] embed(ModelFolder folder, EmbedOptions options, Placement placement, List<String> texts) {
        try (LoadedModel model = LoadedModel.open(folder, options, placement, new Semaphore(2))) {
            return Embedder.on(model, options).embed(texts);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"BFLOAT16", "INT8"})
    void aRealModelStaysNearOverRealTexts(Precision precision) {
        requireHardware(precision);
        List<String> texts = Glosses.first(400);
        ModelFolder folder = SharedModel.bundled().folder();
        float[][] exact = embed(folder, EmbedOptions.defaults(), Placement.CPU, texts);
        float[][] vectors = embed(folder, EmbedOptions.defaults(), Placement.cpu(precision), texts);
        double mean = 0;
        for (int i = 0; i < vectors.length; i++) {
            double cosine = Differences.cosine(vectors[i], exact[i]);
            assertThat(cosine).as(texts.get(i)).isGreaterThanOrEqualTo(precision == Precision.INT8 ? 0.99 : 0.9995);
            mean += cosine / vectors.length;
        }
        assertThat(mean).isGreaterThanOrEqualTo(precision == Precision.INT8 ? 0.998 : 0.9999);
    }

    @ParameterizedTest
    @EnumSource(names = {"BFLOAT16", "INT8"})
    void aRealModelGivesTheSameBitsInAnyOrderUnderAnyBudget(Precision precision) {
        requireHardware(precision);
        List<String> texts = new ArrayList<>(MixedLengths.texts(120, 230, 4));
        texts.addAll(NastyTexts.all());
        ModelFolder folder = SharedModel.bundled().folder();
        float[][] vectors = embed(folder, EmbedOptions.defaults(), Placement.cpu(precision), texts);
        for (int batchTokens : new int[] {64, 700, 3_000}) {
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < texts.size(); i++) {
                order.add(i);
            }
            Collections.shuffle(order, new Random(batchTokens));
            EmbedOptions options = EmbedOptions.defaults().with(EmbedOptions.BATCH_TOKENS, batchTokens);
            float[][] again = embed(
                    folder,
                    options,
                    Placement.cpu(precision),
                    order.stream().map(texts::get).toList());
            for (int i = 0; i < order.size(); i++) {
                assertThat(again[i]).as("text %d", order.get(i)).containsExactly(vectors[order.get(i)]);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"BFLOAT16", "INT8"})
    void isTakenWhereTheCpuHasItAndRefusedElsewhere(Precision precision) {
        EmbedOptions options = EmbedOptions.defaults().with(EmbedOptions.PRECISION, precision);
        ModelFolder folder = SharedModel.bundled().folder();
        if (CpuFeatures.have(precision)) {
            assertThat(Placement.of(options, folder, OptionalInt.empty())).isEqualTo(Placement.cpu(precision));
        } else {
            assertThatThrownBy(() -> Placement.of(options, folder, OptionalInt.empty()))
                    .isInstanceOf(EmbarkException.class)
                    .hasMessageContaining(" is not to be had on host ");
        }
    }

    @Test
    void bytesAreInAnOrderOfTheirOwn() {
        assertThatThrownBy(() -> new Placement("cpu", Precision.INT8, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("INT8 is for matrices in an order of their own");
    }
}
