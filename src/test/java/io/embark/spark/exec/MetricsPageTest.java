/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.exec;

import io.embark.Page;
import io.embark.WrittenBlock;
import java.io.IOException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the manual to the metrics that there are. */
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
}
