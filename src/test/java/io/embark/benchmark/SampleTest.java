/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.GsonBuilder;
import io.embark.benchmark.Glosses.Gloss;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Says how the sample of {@code jobs/quickstart} was made, and holds it to that. */
class SampleTest {
    private static final Path SAMPLE = Path.of("jobs", "sample", "glosses.jsonl");
    private static final int SIZE = 3_000;

    @Test
    void sampleHasGlossesWithExamplesSpreadEvenlyOverWordNet() throws IOException {
        Path expected = Path.of("target", "glosses.jsonl");
        Files.write(expected, lines());

        assertThat(Files.readAllLines(SAMPLE))
                .as("%s; if the change is meant: cp %s %s", SAMPLE, expected, SAMPLE)
                .isEqualTo(Files.readAllLines(expected));
    }

    @Test
    void allGlossesAreThere() {
        List<Gloss> glosses = Glosses.entries();

        assertThat(glosses).hasSize(117_791).doesNotHaveDuplicates();
        assertThat(glosses).extracting(Gloss::id).doesNotHaveDuplicates();
        assertThat(glosses).extracting(Gloss::text).noneMatch(String::isBlank);
        assertThat(glosses.get(0))
                .isEqualTo(new Gloss(
                        "noun-00001740",
                        "entity",
                        "that which is perceived or known or inferred to have its own distinct existence"
                                + " (living or nonliving)"));
    }

    @Test
    void firstGlossesAreAlwaysTheSame() {
        assertThat(Glosses.first(3)).isEqualTo(Glosses.first(100).subList(0, 3));
    }

    private static List<String> lines() {
        List<Gloss> withExamples = Glosses.entries().stream()
                .filter(gloss -> gloss.text().contains("; \"") && gloss.text().length() >= 60)
                .toList();
        return IntStream.range(0, SIZE)
                .mapToObj(i -> withExamples.get((int) ((long) i * withExamples.size() / SIZE)))
                .map(gloss -> new GsonBuilder().disableHtmlEscaping().create().toJson(gloss))
                .toList();
    }
}
