package io.embark.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.spark.exec.EmbedMetrics;
import io.embark.spark.models.ExecutorSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds README.md to the metrics and settings that there are. */
class ReadmeMetricsTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z ]+)` \\| [^|]+ \\|$");

    @Test
    void readmeHasEachMetricInTheOrderOfTheUserInterface() throws IOException {
        Stream<String> rows =
                ROW.matcher(section("### In the Spark UI")).results().map(row -> row.group(1));

        assertThat(rows)
                .containsExactlyElementsOf(Arrays.stream(EmbedMetrics.Counter.values())
                        .map(EmbedMetrics.Counter::label)
                        .toList());
    }

    @Test
    void readmeTellsHowManyModelsAreKept() throws IOException {
        assertThat(section("## On a cluster"))
                .contains("`%s` models side by side (%d by default"
                        .formatted(ExecutorSettings.MAX_MODELS, ExecutorSettings.DEFAULT_MAX_MODELS))
                .contains("`spark.plugins=%s`".formatted(EmbarkPlugin.class.getName()));
        assertThat(Path.of("conf", "spark-cluster.conf"))
                .content()
                .containsPattern("%s +%d\n"
                        .formatted(
                                Pattern.quote("#" + ExecutorSettings.MAX_MODELS), ExecutorSettings.DEFAULT_MAX_MODELS))
                .containsPattern(Pattern.quote("#spark.plugins") + " +" + Pattern.quote(EmbarkPlugin.class.getName()));
    }

    private static String section(String heading) throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        String rest = readme.substring(readme.indexOf("\n" + heading + "\n") + 1);
        int end = rest.indexOf("\n## ", 1);
        return end < 0 ? rest : rest.substring(0, end);
    }
}
