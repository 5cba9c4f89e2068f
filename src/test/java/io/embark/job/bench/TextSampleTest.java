/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.embark.EmbedOptions;
import io.embark.model.ModelFolder;
import io.embark.model.ModelReference;
import io.embark.torch.TorchRuntime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TextSampleTest {
    private static final EmbedOptions OPTIONS = EmbedOptions.defaults();
    private static ModelFolder model;

    @BeforeAll
    static void openTheBundledModel() {
        TorchRuntime.start(OPTIONS);
        model = ModelReference.open(OPTIONS);
    }

    /** A word of the vocabulary is one token, between the two that stand around each text. */
    @Test
    void countsTheTokensOfEachText() {
        TextSample sample = sample("cat", "the cat sat", "", "cat");

        assertThat(sample.lengths()).containsExactly(3, 5, 2, 3);
        assertThat(sample.tokens()).isEqualTo(13);
        assertThat(sample.percentile(50)).isEqualTo(3);
        assertThat(sample.percentile(100)).isEqualTo(5);
        assertThat(sample.facts()).containsEntry("texts", 4).containsEntry("repeatedShare", 0.25);
    }

    @Test
    void countsThePromptAndWhatIsCut() {
        EmbedOptions options = OPTIONS.with(EmbedOptions.PROMPT, "query: ").with(EmbedOptions.MAX_TOKENS, 6);
        TextSample sample = TextSample.of("texts", List.of("cat", "the cat sat on the mat"), model, options);

        assertThat(sample.lengths()).containsExactly(5, 6);
        assertThat(sample.facts()).containsEntry("truncatedShare", 0.5);
        assertThat(sample.inWords().get(0)).endsWith("; 50.0 % longer than the limit of 6");
    }

    /** 31 short texts and a long one are padded to the long one, then the long ones are together. */
    @Test
    void tellsWhatPaddingWouldCost() {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            texts.addAll(Collections.nCopies(31, "cat"));
            texts.add("the cat sat on the mat");
        }
        TextSample sample = sample(texts.toArray(new String[0]));
        double there = 2 * (31 * 3 + 8);

        assertThat(sample.padding(false)).isCloseTo(2 * 32 * 8 / there - 1, within(1e-12));
        assertThat(sample.padding(true)).isCloseTo((32 * 3 + 32 * 8) / there - 1, within(1e-12));
    }

    /** By hand: four products of 384 by 384 and two of 384 by 1536 in each of six layers, and attention over four tokens. */
    @Test
    void knowsTheWorkOfABert() {
        Work work = Work.of(sample("the cat"), model).orElseThrow();
        double linear = 6 * (4.0 * 384 * 384 + 2.0 * 384 * 1536);

        assertThat(work.tokens()).isEqualTo(4);
        assertThat(work.operations()).isEqualTo(2 * (4 * linear + 6 * 2.0 * 4 * 4 * 384));
    }

    @Test
    void bundledTextsHaveThreeLengths() {
        assertThat(SampleTexts.glosses(SampleTexts.ALL)).hasSize(SampleTexts.ALL);
        assertThat(SampleTexts.passages(400)).hasSizeGreaterThan(500).allSatisfy(text -> assertThat(text.length())
                .isBetween(400, 1_000));
        assertThat(mean(SampleTexts.passages(400))).isBetween(90.0, 130.0);
        assertThat(SampleTexts.passages(1_600)).hasSizeGreaterThan(150);
    }

    private static double mean(List<String> texts) {
        Map<?, ?> tokens =
                (Map<?, ?>) TextSample.of("", texts, model, OPTIONS).facts().get("tokensPerText");
        return (double) tokens.get("mean");
    }

    private static TextSample sample(String... texts) {
        return TextSample.of("texts", List.of(texts), model, OPTIONS);
    }
}
