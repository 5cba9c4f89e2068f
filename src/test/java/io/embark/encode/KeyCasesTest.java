/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.Device;
import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.Precision;
import io.embark.encode.KeyCases.KeyCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Keys of configuration files with other values than those of the fixtures: Embark gives the vectors of Sentence Transformers, or
 * refuses. Those of {@code src/test/oracle/fuzz-keys}, which are many more, are held against it with {@code
 * -Dembark.key-cases=FOLDER}.
 */
class KeyCasesTest {
    private static final double MIN_COSINE = 0.999999;
    private static final double MOST = 1e-5;
    private static final String FOLDER = System.getProperty("embark.key-cases", "");

    @TempDir
    private Path temporary;

    @Test
    void givesTheVectorsOfSentenceTransformersOrRefuses() throws IOException {
        boolean checkedIn = FOLDER.isEmpty();
        KeyCases cases = KeyCases.read(checkedIn ? Path.of("src/test/resources/io/embark/keys") : Path.of(FOLDER));
        Map<String, Integer> counts = new TreeMap<>();
        List<String> wrong = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (KeyCase each : cases.cases()) {
            String found = outcome(cases, each);
            String kind = found.replaceAll(":[\\s\\S]*", "");
            counts.merge(kind, 1, Integer::sum);
            lines.add(each + " -> " + found.replace('\n', ' '));
            boolean expected = checkedIn
                    ? each.refusal().map(found::contains).orElse(found.equals("agrees"))
                    : !found.startsWith("differs") && !found.startsWith("breaks");
            if (!expected) {
                wrong.add(lines.get(lines.size() - 1));
            }
        }
        if (!checkedIn) {
            Files.write(Path.of(FOLDER, "outcomes.txt"), lines);
            Files.writeString(Path.of(FOLDER, "counts.txt"), counts + "\n");
        }
        assertThat(wrong).as("%s", counts).isEmpty();
    }

    /** What came of a case, by its first word. */
    private String outcome(KeyCases cases, KeyCase each) throws IOException {
        Path folder = each.write(temporary);
        try (Embedder embedder = Embedder.open(EmbedOptions.defaults()
                .with(EmbedOptions.MODEL, folder.toString())
                .with(EmbedOptions.DEVICE, Device.CPU)
                .with(EmbedOptions.PRECISION, Precision.FLOAT32))) {
            float[][] vectors = embedder.embed(cases.texts());
            return each.golden()
                    .map(tensor -> compared(vectors, cases.golden(tensor)))
                    .orElse("gives vectors where the oracle fails");
        } catch (EmbarkException e) {
            return (each.golden().isPresent() ? "refuses: " : "refuses where the oracle fails: ")
                    + e.getMessage().replace(folder + "/", "");
        } catch (RuntimeException e) {
            return "breaks: " + e;
        }
    }

    private static String compared(float[][] vectors, float[][] golden) {
        if (vectors.length != golden.length || vectors[0].length != golden[0].length) {
            return "differs: in shape";
        }
        double worst = 0;
        double cosine = 1;
        for (int i = 0; i < golden.length; i++) {
            worst = Math.max(worst, Differences.apart(vectors[i], golden[i]));
            cosine = Math.min(cosine, Differences.cosine(vectors[i], golden[i]));
        }
        return worst <= MOST && cosine >= MIN_COSINE
                ? "agrees"
                : "differs: components are %s apart, cosine %s".formatted(worst, cosine);
    }
}
