/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Real texts for those who bring none: the glosses of WordNet that the first steps of the README embed.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class SampleTexts {
    private static final String GLOSSES = "/io/embark/job/sample/glosses.jsonl";

    /** All there are. */
    static final int ALL = 3_000;

    private SampleTexts() {}

    /** All glosses joined until each text has so many characters, of which English has about four to a token. */
    static List<String> passages(int characters) {
        List<String> passages = new ArrayList<>();
        StringBuilder passage = new StringBuilder();
        for (String gloss : glosses(ALL)) {
            passage.append(passage.isEmpty() ? "" : " ").append(gloss);
            if (passage.length() >= characters) {
                passages.add(passage.toString());
                passage.setLength(0);
            }
        }
        return passages;
    }

    /** The first glosses, at most as many as there are; about 18 tokens each. */
    public static List<String> glosses(int most) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(SampleTexts.class.getResourceAsStream(GLOSSES), GLOSSES), UTF_8))) {
            return lines.lines()
                    .limit(most)
                    .map(line -> JsonParser.parseString(line)
                            .getAsJsonObject()
                            .get("text")
                            .getAsString())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("%s of this jar cannot be read".formatted(GLOSSES), e);
        }
    }
}
