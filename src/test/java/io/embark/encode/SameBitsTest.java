/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.Device;
import io.embark.EmbedOptions;
import io.embark.Precision;
import io.embark.host.CacheDirectory;
import io.embark.host.CpuFeatures;
import io.embark.model.RandomFamilies;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A text's vector has the same bits in any batch, of every family. Surefire runs it a second time in a JVM of its own, in which
 * oneDNN and libtorch take the kernels of CPUs without AVX-512, with the wide networks alone: those of fixtures are too narrow for
 * their products to be summed up in parts.
 */
class SameBitsTest {
    /** Wide enough that products are summed up in several parts. */
    private static final RandomFamilies.Size WIDE = new RandomFamilies.Size(2, 96, 3, 1040);

    @TempDir
    private Path temporary;

    /** All but those whose network is a program of the folder, which does as it likes. */
    static List<FamilyFixture> fixtures() {
        return FamilyFixture.all().stream()
                .filter(fixture -> fixture.cases().stream()
                        .noneMatch(each -> each.options().get(EmbedOptions.TRUST_MODEL_CODE)))
                .toList();
    }

    static List<String> families() {
        return RandomFamilies.names();
    }

    @Tag("every-fixture")
    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest(name = "{0}")
    @MethodSource("fixtures")
    void haveTheVectorsOfEveryFixture(FamilyFixture fixture) {
        EmbedOptions options = fixture.cases().get(0).options();
        assertSameBits(
                options.with(EmbedOptions.MODEL, fixture.folder().toString()),
                FamilyFixture.texts(),
                Precision.FLOAT32);
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest(name = "{0}")
    @MethodSource("families")
    void haveTheVectorsOfAWideNetworkOfEveryFamily(String family) throws Exception {
        assertSameBits(wide(family), MixedLengths.texts(60, 150, 3), Precision.FLOAT32);
    }

    /** Of each way to lie in a layer one; {@code EMBARK_FAMILIES=all} takes every family. */
    static Stream<Arguments> wideInPrecisionsOfCpus() {
        boolean all = "all".equals(System.getenv("EMBARK_FAMILIES"));
        return RandomFamilies.names().stream()
                .filter(family -> all || List.of("bert", "qwen3", "nomic_bert").contains(family))
                .flatMap(family -> Stream.of(Precision.BFLOAT16, Precision.INT8)
                        .filter(CpuFeatures::have)
                        .map(precision -> Arguments.of(family, precision)));
    }

    @Tag("every-fixture")
    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest(name = "{0} in {1}", allowZeroInvocations = true)
    @MethodSource("wideInPrecisionsOfCpus")
    void haveTheVectorsOfAWideNetworkInAPrecisionOfCpus(String family, Precision precision) throws Exception {
        assertSameBits(wide(family), MixedLengths.texts(60, 150, 3), precision);
    }

    private EmbedOptions wide(String family) throws Exception {
        EmbedOptions options = EmbedOptions.defaults();
        Path folder = RandomFamilies.write(
                temporary.resolve(family),
                family,
                WIDE,
                CacheDirectory.of(options).path());
        return options.with(EmbedOptions.MODEL, folder.toString());
    }

    private static void assertSameBits(EmbedOptions options, List<String> texts, Precision precision) {
        EmbedOptions onCpu = options.with(EmbedOptions.DEVICE, Device.CPU).with(EmbedOptions.PRECISION, precision);
        List<String> mixed = new ArrayList<>(texts);
        Collections.shuffle(mixed, new Random(5));
        try (LoadedModel model = LoadedModel.open(onCpu)) {
            float[][] together = Embedder.on(model, onCpu).embed(texts);
            Embedder single = Embedder.on(model, onCpu);
            Embedder small = Embedder.on(model, onCpu.with(EmbedOptions.BATCH_TOKENS, 100));
            float[][] few = small.embed(mixed);
            IntStream.range(0, texts.size()).parallel().forEach(i -> {
                String text = texts.get(i);
                assertThat(single.embed(List.of(text))[0])
                        .as("alone: '%s'", text)
                        .containsExactly(together[i]);
                assertThat(few[mixed.indexOf(text)]).as("among few: '%s'", text).containsExactly(together[i]);
            });
        }
    }
}
