/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.job.embed.ErrorReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds README.md and the manual together, and to the names and versions that there are. */
class ManualTest {
    private static final Path SITE = Path.of("src", "site", "site.xml");
    private static final int LONGEST_README = 150;

    static List<Page> pages() {
        return Page.all();
    }

    static Stream<Page> pagesOfTheManual() {
        return Page.all().stream().skip(1);
    }

    @Test
    void theFrontDoorIsShort() {
        assertThat(Page.readme().text().lines()).hasSizeLessThanOrEqualTo(LONGEST_README);
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkLeadsToAFileAndAnAnchor(Page page) {
        assertThat(page.links()).allSatisfy(link -> {
            String[] parts = link.split("#", 2);
            Path target = parts[0].isEmpty()
                    ? page.path()
                    : page.path().resolveSibling(parts[0]).normalize();
            assertThat(target).exists();
            if (parts.length == 2) {
                assertThat(Page.all())
                        .filteredOn(other -> other.path().equals(target))
                        .singleElement()
                        .satisfies(other -> assertThat(other.anchors()).contains(parts[1]));
            }
        });
    }

    /** The rendered pages have other anchors than a code host, and nothing beside the pages. */
    @ParameterizedTest
    @MethodSource("pagesOfTheManual")
    void aPageLinksToPagesAsAWhole(Page page) {
        assertThat(page.links()).allSatisfy(link -> assertThat(link).matches("[a-z-]+\\.md"));
    }

    @ParameterizedTest
    @MethodSource("pagesOfTheManual")
    void everyPageStandsInTheNavigationAndOnTheFirstPage(Page page) {
        String name = page.path().getFileName().toString();

        assertThat(SITE).content().contains("href=\"%s\"".formatted(name.replace(".md", ".html")));
        assertThat(page.text()).startsWith("# ");
        if (!name.equals("index.md")) {
            assertThat(Page.of("index").links()).contains(name);
            assertThat(Page.readme().links()).contains("src/site/markdown/" + name);
        }
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void theErrorsHaveTheirExitCodes(ErrorCode code) {
        assertThat(Page.of("errors").text())
                .contains("\n| `%s` | %d | "
                        .formatted(
                                code,
                                ErrorReport.of(new EmbarkException(code, "a", "b", "c"))
                                        .exitCode()));
    }

    @Test
    void theManualHasNoErrorThatDoesNotExist() {
        assertThat(Pattern.compile("(?m)^\\| `([A-Z_]+)` \\|")
                        .matcher(Page.of("errors").text())
                        .results()
                        .map(row -> row.group(1)))
                .containsExactlyElementsOf(
                        Stream.of(ErrorCode.values()).map(Enum::name).toList());
    }

    @Test
    void theManualNamesTheJarsThatTheBuildMakes() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));

        assertThat(Page.of("cluster").text())
                .contains("embark-spark-3.5_2.12-%s.jar".formatted(value(pom, "version")))
                .contains("pytorch-native-cpu-%s-%s.jar"
                        .formatted(value(pom, "pytorch.version"), value(pom, "pytorch.classifier")))
                .contains("%s-%s.jar"
                        .formatted(value(pom, "bundled.model.artifact"), value(pom, "bundled.model.version")));
    }

    @Test
    void theVersionsThatRunAreThoseOfTheBuild() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));

        assertThat(Page.readme().text())
                .contains("| Spark | 3.5, Scala %s | %s |"
                        .formatted(value(pom, "scala.binary.version"), value(pom, "spark.version")))
                .contains("| Java | %1$s or later, as far as Spark supports it | %1$s |"
                        .formatted(value(pom, "maven.compiler.release")));
        assertThat(Page.of("gpu").text()).contains("torch==" + value(pom, "pytorch.version"));
        assertThat(Page.of("connect").text()).contains("on Spark %s.".formatted(value(pom, "spark.version")));
    }

    /** The figures stand in README.md too. */
    @Test
    void theFrontDoorHasNoFigureOfItsOwn() {
        String measured = Page.of("measured").text();

        assertThat(Stream.of(
                        "2,062 texts", "3.1e-7", "0.99 of", "0.92 ", "1.02 times as long", "0.96, 1.02 and 1.01 GB"))
                .allSatisfy(figure -> {
                    assertThat(Page.readme().text()).contains(figure);
                    assertThat(measured).contains(figure);
                });
    }

    @Test
    void theManualTellsWhatEachProofShows() throws IOException {
        try (Stream<Path> proofs = Files.list(Path.of(".ci", "proofs"))) {
            assertThat(proofs)
                    .allSatisfy(proof ->
                            assertThat(Page.of("contributing").text()).contains("\n| `%s` | ".formatted(proof)));
        }
    }

    private static String value(String pom, String element) {
        MatchResult first = Pattern.compile("<%1$s>([^<]+)</%1$s>".formatted(Pattern.quote(element)))
                .matcher(pom)
                .results()
                .findFirst()
                .orElseThrow();
        return first.group(1);
    }
}
