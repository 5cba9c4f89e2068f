/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.Page;
import io.embark.WrittenBlock;
import io.embark.spark.EmbarkPlugin;
import io.embark.spark.models.SparkSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the manual to the metrics and settings of executors that there are. */
class MetricsPageTest {
    @Test
    void thePageHasTheMetricsInTheOrderOfTheUserInterface() throws IOException {
        String rows = Stream.of(EmbedMetrics.Counter.values())
                .map(counter -> "| `%s` | %s |\n".formatted(counter.label(), counter.description()))
                .collect(Collectors.joining());

        WrittenBlock.require(
                Page.of("cluster"),
                "metrics",
                "| metric | what it counts |\n|---|---|\n" + rows,
                MetricsPageTest.class);
    }

    @Test
    void thePageTellsHowManyModelsAreKept() {
        assertThat(Page.of("cluster").text())
                .contains("`%s` models side by side (%d by default"
                        .formatted(
                                SparkSettings.key(SparkSettings.MAX_MODELS), SparkSettings.MAX_MODELS.defaultValue()))
                .contains("`spark.plugins=%s`".formatted(EmbarkPlugin.class.getName()));
        assertThat(Path.of("conf", "spark-cluster.conf"))
                .content()
                .containsPattern("%s +%d\n"
                        .formatted(
                                Pattern.quote("#" + SparkSettings.key(SparkSettings.MAX_MODELS)),
                                SparkSettings.MAX_MODELS.defaultValue()))
                .containsPattern(Pattern.quote("#spark.plugins") + " +" + Pattern.quote(EmbarkPlugin.class.getName()));
    }
}
