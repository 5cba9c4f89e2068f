/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.pytorch.jni.LibUtils;
import io.embark.Device;
import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.ModelReference;
import io.embark.spark.OwnJvm;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Opening, sharing and closing a model. */
class LoadedModelTest {
    @TempDir
    Path temporary;

    private EmbedOptions options;

    @BeforeEach
    void build() {
        Path folder = ModelFolderBuilder.in(temporary.resolve("tiny")).write();
        options = EmbedOptions.defaults().with(EmbedOptions.MODEL, folder.toString());
    }

    @Test
    void refusesAGpu() {
        assertRefused(
                () -> Embedder.open(with(Map.of("device", "gpu"))),
                ErrorCode.DEVICE_MISSING,
                "option device: gpu is not available",
                "libtorch (%s) is built for CPUs only.".formatted(LibUtils.getLibtorchPath()),
                "Set device to auto or cpu, or see the page on GPUs of the manual.");
    }

    @ParameterizedTest
    @ValueSource(strings = "float16")
    void refusesAPrecisionThatIsNotForCpus(String precision) {
        assertRefused(
                () -> Embedder.open(with(Map.of("precision", precision))),
                ErrorCode.OPTION_INVALID,
                "option precision: %s is not for CPUs".formatted(precision),
                "On CPUs Embark computes in float32, bfloat16 or int8, and here is no GPU that it may use.",
                "Set precision to auto or to one of these.");
    }

    @Test
    void refusesMoreTokensThanTheModelHasPositions() {
        assertRefused(
                () -> Embedder.open(with(Map.of("max-tokens", "17"))),
                ErrorCode.OPTION_INVALID,
                "option max-tokens: 17 is more than model tiny takes",
                "It has 16 positions.",
                "Set max-tokens to at most 16, or leave it out for the model's own limit (10).");
    }

    @Test
    void takesAsManyTokensAsTheModelHasPositions() {
        try (Embedder embedder = Embedder.open(with(Map.of("max-tokens", "16")))) {
            EmbedCounts counts = CountedVectors.of(embedder, List.of("a ".repeat(14), "a ".repeat(15)))
                    .counts();
            assertThat(counts.get(Count.TOKENS)).isEqualTo(32);
            assertThat(counts.get(Count.TRUNCATED)).isEqualTo(1);
        }
    }

    @Test
    void refusesAGpuForAProgramWithoutLoadingIt() {
        EmbedOptions chosen = program().with(EmbedOptions.DEVICE, Device.GPU);
        assertRefused(
                () -> Embedder.check(ModelReference.open(chosen), chosen),
                ErrorCode.OPTION_INVALID,
                "option device: gpu is not for model program",
                "It is a program, and these compute on CPUs.",
                "Set device to auto or cpu.");
    }

    @Test
    void givesAProgramNoLargerBatchesThanAskedFor() {
        EmbedOptions chosen = program().with(EmbedOptions.BATCH_TOKENS, 16);
        try (Embedder embedder = Embedder.open(chosen)) {
            assertThat(CountedVectors.of(embedder, List.of("one", "two", "three", "four", "five", "six", "seven"))
                            .counts()
                            .get(Count.PEAK))
                    .isBetween(2L, 16L);
        }
    }

    @Test
    void refusesAModelThatIsNotThere() {
        assertThatThrownBy(() -> Embedder.open(with(Map.of("model", "/no/such/folder"))))
                .isInstanceOfSatisfying(
                        EmbarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_NOT_FOUND))
                .hasMessageStartingWith("model /no/such/folder: no such folder\n");
    }

    @Test
    void refusesWhatTheModelCannotDoAfterItWasLoaded() {
        assertRefused(
                () -> Embedder.open(with(Map.of("dimensions", "9"))),
                ErrorCode.OPTION_INVALID,
                "option dimensions: 9 is more than model tiny gives",
                "Its vectors have 8 components.",
                "Set dimensions to at most 8, or leave it out.");
    }

    @Test
    void computesOnAsManyThreadsAsAskedForAndThereAreProcessors() {
        int processors = Runtime.getRuntime().availableProcessors();
        try (LoadedModel model = LoadedModel.open(with(Map.of("threads", "1")))) {
            assertThat(model.threads()).isEqualTo(1);
        }
        try (LoadedModel model = LoadedModel.open(options)) {
            assertThat(model.threads()).isEqualTo(processors);
        }
        try (LoadedModel model = LoadedModel.open(with(Map.of("threads", "4096")))) {
            assertThat(model.threads()).isEqualTo(processors);
        }
    }

    @Test
    void isClosedOnceHoweverOftenItIsAsked() {
        Embedder embedder = Embedder.open(options);
        embedder.embed(List.of("cat"));
        embedder.close();
        embedder.close();
    }

    @Test
    void outlivesTheEmbeddersThatShareIt() {
        try (LoadedModel model = LoadedModel.open(options)) {
            Embedder first = Embedder.on(model, options);
            Embedder second = Embedder.on(model, options.with(EmbedOptions.DIMENSIONS, 2));
            float[] vector = first.embed(List.of("cat"))[0];
            first.close();
            assertThat(second.embed(List.of("cat"))[0]).containsExactly(vector[0], vector[1]);
        }
    }

    @Test
    void refusesToComputeOnceItIsClosed() {
        Embedder embedder = Embedder.open(options);
        embedder.close();
        assertThatThrownBy(() -> embedder.embed(List.of("cat")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("model tiny is closed");
    }

    /** In a JVM of its own, which native memory that is freed under its users would end. */
    @Test
    void isClosedAndItsProcessEndedWhileManyThreadsEmbed() throws Exception {
        List<String> lines = OwnJvm.run(temporary, EmbedUntilClosed.class, options.get(EmbedOptions.MODEL), "5");
        assertThat(lines).hasSize(5 * 16).containsOnly("java.lang.IllegalStateException: model tiny is closed");
    }

    @Test
    void stopsWaitingWhenItsThreadIsInterrupted() {
        Embedder embedder = SharedModel.embedder(EmbedOptions.defaults());
        List<String> texts = MixedLengths.texts(20, 200, 1);
        Thread.currentThread().interrupt();
        assertRefused(
                () -> embedder.embed(texts),
                ErrorCode.COMPUTE_FAILED,
                "embedding was interrupted",
                "Somebody asked this thread to stop.",
                "Nothing has to be done; run it again if that was a mistake.");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(embedder.embed(texts.subList(0, 2))).hasDimensions(2, 384);
    }

    private static EmbedOptions program() {
        FamilyFixture program = FamilyFixture.named("program");
        return program.cases()
                .get(0)
                .options()
                .with(EmbedOptions.MODEL, program.folder().toString());
    }

    private EmbedOptions with(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(options.toMap());
        all.putAll(settings);
        return EmbedOptions.parse(all);
    }
}
