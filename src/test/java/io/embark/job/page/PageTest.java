/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PageTest {
    private static final Pattern CHARTS =
            Pattern.compile("<script id=\"charts\" type=\"application/json\">(.*?)</script>", Pattern.DOTALL);
    private static final Pattern ELSEWHERE = Pattern.compile("(?:src|href)\\s*=|url\\(|@import|https?://");

    private static final String MEAN = "</script><b>\"&'";

    private final String html = new Page(MEAN)
            .heading(MEAN)
            .sentence(MEAN)
            .code(MEAN)
            .list(List.of(MEAN))
            .table(List.of(MEAN), List.of(List.of(MEAN)))
            .chart(new Chart(
                    MEAN, Chart.Kind.LINE, MEAN, List.of(MEAN, "b"), MEAN, Map.of(MEAN, Arrays.asList(1234.4, null))))
            .html();

    @Test
    void whatIsPutInIsTextAndNeverMarkup() {
        assertThat(html.split("</script>", -1)).as("scripts of the page").hasSize(4);
        assertThat(html).doesNotContain("<b>").contains("<h1>&lt;/script&gt;&lt;b&gt;&quot;&amp;'</h1>");
    }

    @Test
    void aChartIsDrawnAndStandsThereAsATable() {
        Matcher found = CHARTS.matcher(html);
        assertThat(found.find()).isTrue();
        JsonArray charts = JsonParser.parseString(found.group(1)).getAsJsonArray();

        assertThat(charts).hasSize(1);
        assertThat(charts.get(0).getAsJsonObject().get("kind").getAsString()).isEqualTo("line");
        JsonArray values =
                charts.get(0).getAsJsonObject().getAsJsonObject("series").getAsJsonArray(MEAN);
        assertThat(values.get(0).getAsDouble()).isEqualTo(1234.4);
        assertThat(values.get(1).isJsonNull()).isTrue();
        assertThat(html).contains("<td>1,234</td>", "<tr><td>b</td><td></td></tr>", "id=\"chart-0\"");
    }

    @Test
    void asksForNothingFromElsewhere() {
        assertThat(html.replaceFirst("(?s)<script>\\s*/\\*! https.*?\\*/", "")).doesNotContainPattern(ELSEWHERE);
        assertThat(html).hasSizeLessThan(100_000);
    }

    @Test
    void eachSeriesHasAValueForEachCategory() {
        assertThatThrownBy(() -> new Chart("", Chart.Kind.BARS, "", List.of("a", "b"), "", Map.of("one", List.of(1.0))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("1 values for 2 categories");
    }
}
