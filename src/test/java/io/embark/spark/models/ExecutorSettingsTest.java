/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.Page;
import io.embark.spark.CapturedLog;
import io.embark.spark.EmbarkPlugin;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an executor learns from Spark's configuration. */
class ExecutorSettingsTest {
    private static final int PROCESSORS = 16;
    private static final Path CLUSTER = Path.of("conf", "spark-cluster.conf");

    @ParameterizedTest
    @CsvSource({
        "yarn, , , 1",
        "yarn, 5, , 5",
        "k8s://https://host:6443, , , 1",
        "k8s://https://host:6443, 3, , 3",
        "spark://host:7077, , , 16",
        "spark://host:7077, , 6, 6",
        "spark://host:7077, 4, 64, 4",
        "'local-cluster[2,3,1024]', , , 3",
        "'local-cluster[ 2 , 3 , 1024 ]', 2, , 2",
    })
    void anExecutorHasTheCoresThatItsManagerGivesIt(String master, String executorCores, String coresMax, int cores) {
        SparkConf conf = new SparkConf(false).set("spark.master", master);
        if (executorCores != null) {
            conf.set("spark.executor.cores", executorCores);
        }
        if (coresMax != null) {
            conf.set("spark.cores.max", coresMax);
        }

        assertThat(ExecutorSettings.cores(conf, false, PROCESSORS)).isEqualTo(cores);
    }

    @ParameterizedTest
    @CsvSource({
        "local, 1",
        "local[3], 3",
        "'local[3,4]', 3",
        "'local[ 3 , 4 ]', 3",
        "local[*], 16",
        "'local[*,4]', 16",
        "yarn, 16",
    })
    void aDriverComputesOnTheCoresOfALocalMaster(String master, int cores) {
        SparkConf conf = new SparkConf(false).set("spark.master", master).set("spark.executor.cores", "7");

        assertThat(ExecutorSettings.cores(conf, true, PROCESSORS)).isEqualTo(cores);
    }

    @ParameterizedTest
    @CsvSource({"8, 1, 8", "8, 2, 8", "8, 3, 6", "2, 4, 1"})
    void threadsAreTheCoresThatTasksOccupy(int cores, String taskCpus, int threads) {
        SparkConf conf = new SparkConf(false).set("spark.task.cpus", taskCpus);

        assertThat(ExecutorModels.threads(EmbedOptions.defaults(), conf, cores)).isEqualTo(threads);
    }

    @Test
    void moreThreadsThanCoresAreNotStartedAndToldOnce() {
        SparkConf conf = new SparkConf(false);
        try (CapturedLog log = CapturedLog.of(ExecutorModels.class)) {
            assertThat(ExecutorModels.threads(threads(77), conf, 4)).isEqualTo(4);
            assertThat(ExecutorModels.threads(threads(77), conf, 4)).isEqualTo(4);
            assertThat(ExecutorModels.threads(threads(4), conf, 4)).isEqualTo(4);
            assertThat(ExecutorModels.threads(threads(3), conf, 4)).isEqualTo(3);

            assertThat(log.lines("threads"))
                    .containsExactly(
                            "option threads: 77 is more than the cores of this executor, so it computes on 4. Set"
                                    + " threads to at most 4 or leave it out, or set spark.executor.cores (for a local master,"
                                    + " spark.master) to 77.");
        }
    }

    @Test
    void fourModelsAreKeptUnlessTheConfigurationSaysOtherwise() {
        assertThat(ExecutorSettings.maxModels(new SparkConf(false))).isEqualTo(4);
        assertThat(ExecutorSettings.maxModels(maxModels(" 1 "))).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "many", "1.5", ""})
    void aNumberOfModelsThatIsNoneIsRefused(String value) {
        assertThatThrownBy(() -> ExecutorSettings.maxModels(maxModels(value)))
                .isInstanceOf(EmbarkException.class)
                .hasMessage(
                        "spark.embark.max-models: option max-models: '%s' is not a possible value\n".formatted(value)
                                + "It takes 1 to 2147483647 models.\n"
                                + "Set max-models to one of these, or leave it out for its default (4).");
    }

    @Test
    void theManualAndTheConfigurationTellHowManyModelsAreKept() {
        String key = SparkSettings.key(SparkSettings.MAX_MODELS);
        int models = SparkSettings.MAX_MODELS.defaultValue();

        assertThat(Page.of("cluster").text())
                .contains("`%s` models side by side (%d by default".formatted(key, models));
        assertThat(CLUSTER).content().containsPattern("%s +%d\n".formatted(Pattern.quote("#" + key), models));
    }

    @Test
    void theManualAndTheConfigurationNameThePlugin() {
        String plugin = EmbarkPlugin.class.getName();

        assertThat(Page.of("cluster").text()).contains("`spark.plugins=%s`".formatted(plugin));
        assertThat(CLUSTER).content().containsPattern("#spark\\.plugins +" + Pattern.quote(plugin));
    }

    private static SparkConf maxModels(String value) {
        return new SparkConf(false).set(SparkSettings.key(SparkSettings.MAX_MODELS), value);
    }

    private static EmbedOptions threads(int threads) {
        return EmbedOptions.defaults().with(EmbedOptions.THREADS, threads);
    }
}
