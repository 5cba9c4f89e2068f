/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.embark.EmbedOptions;
import io.embark.model.ModelFolder;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.ModelReference;
import io.embark.torch.TorchRuntime;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasuredTest {
    private static final Setup ONE = new Setup(1, 2, EmbedOptions.defaults());
    private static final Setup OTHER = new Setup(2, 1, EmbedOptions.defaults());

    @TempDir
    Path folder;

    private TextSample some;
    private TextSample more;

    @BeforeEach
    void readTexts() {
        EmbedOptions options = EmbedOptions.defaults()
                .with(
                        EmbedOptions.MODEL,
                        ModelFolderBuilder.in(folder.resolve("model")).write().toString());
        TorchRuntime.start(options);
        ModelFolder model = ModelReference.open(options);
        some = TextSample.of("some", List.of("a", "b"), model, options);
        more = TextSample.of("more", List.of("a b"), model, options);
    }

    /** The compute threads of an executor do the windows of its tasks one after the other: that one is done sooner is no gain. */
    @Test
    void theTasksOfAnExecutorTakeTheTimeOfAllOfThem() {
        Measured measured = new Measured(ONE, some);
        measured.add(List.of(task("0", 0, 1, 10, 100), task("0", 0.5, 2, 10, 300)));

        assertThat(measured.tokensPerSecond()).isEqualTo(200);
        assertThat(measured.textsPerSecond()).isEqualTo(10);
        assertThat(measured.spread()).isZero();
    }

    @Test
    void executorsHaveClocksOfTheirOwn() {
        Measured measured = new Measured(OTHER, some);
        measured.add(List.of(task("0", 0, 1, 10, 100), task("1", 50, 52, 10, 300)));

        assertThat(measured.tokensPerSecond()).isEqualTo(250);
    }

    @Test
    void theMedianOfTheRunsCounts() {
        Measured measured = new Measured(ONE, some);
        for (long tokens : List.of(100, 90, 10)) {
            measured.add(List.of(task(1, 1, tokens)));
        }

        assertThat(measured.tokensPerSecond()).isEqualTo(90);
        assertThat(measured.spread()).isCloseTo(80 / 90.0, within(1e-12));
        assertThat(measured.facts(OptionalDouble.of(0.5)))
                .containsEntry("runs", List.of(100.0, 90.0, 10.0))
                .containsEntry("peakShare", 0.5);
    }

    @Test
    void theMemoryIsThatOfTheLargestProcess() {
        Measured measured = new Measured(ONE, some);
        measured.add(List.of(
                new Reading("0", 0, 1, 1, 1, 0, 700, 300, false), new Reading("1", 0, 1, 1, 1, 0, 900, 800, false)));

        assertThat(measured.resident()).isEqualTo(900);
        assertThat(measured.outsideHeap()).isEqualTo(400);
    }

    @Test
    void aSetupIsSoManyTimesAsFastInTheGeometricMeanOfTheTexts() {
        Timings timings = new Timings(List.of(some, more));
        timings.add(ONE, some, List.of(task(1, 1, 100)));
        timings.add(ONE, more, List.of(task(1, 1, 100)));
        timings.add(OTHER, some, List.of(task(1, 1, 400)));
        assertThat(timings.isWhole(OTHER)).isFalse();
        assertThat(timings.best(ONE, List.of(OTHER))).isEqualTo(ONE);

        timings.add(OTHER, more, List.of(task(1, 1, 100)));

        assertThat(timings.timesAsFast(OTHER, ONE)).isCloseTo(2, within(1e-12));
        assertThat(timings.best(ONE, List.of(ONE, OTHER))).isEqualTo(OTHER);
    }

    private static Reading task(double seconds, long texts, long tokens) {
        return task("0", 0, seconds, texts, tokens);
    }

    private static Reading task(String executor, double start, double end, long texts, long tokens) {
        return new Reading(executor, (long) (start * 1e9), (long) (end * 1e9), texts, tokens, 0, 0, 0, false);
    }
}
