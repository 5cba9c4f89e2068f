/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.model.ModelFolderBuilder;
import io.embark.spark.SharedSpark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the job says and writes can be copied into an option, whatever the language of the machine. */
class LocaleTest {
    private static final String OTHER_DIGIT = "(?s).*[\\p{Nd}&&[^0-9]].*";

    private final Locale before = Locale.getDefault();

    @TempDir
    Path folder;

    @AfterEach
    void giveTheLocaleBack() {
        Locale.setDefault(before);
    }

    @Test
    void aRunSaysAndWritesTheSameInArabic() throws Exception {
        SharedSpark.session();
        embed("en");
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        Outcome run = embed("ar");
        Outcome wrong = Outcome.of("embed", "--input", "a", "--output", "b", "--batch-tokens", "1");

        assertThat(run.out()).contains("Embedded 2 rows in ").doesNotMatch(OTHER_DIGIT);
        assertThat(run.err() + wrong.err()).doesNotMatch(OTHER_DIGIT);
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(folder.resolve("ar.report/summary.json"))
                .content()
                .contains("\"rows\": 2")
                .doesNotMatch(OTHER_DIGIT);
        assertThat(rows("ar")).isEqualTo(rows("en"));
    }

    private Outcome embed(String name) throws Exception {
        String model =
                ModelFolderBuilder.in(folder.resolve("model " + name)).write().toString();
        Path input = Files.writeString(folder.resolve("in.csv"), "id,body\n1,the cat\n2,a dog\n");
        Outcome outcome = Outcome.of(
                "embed",
                "--input",
                input.toString(),
                "--text-column",
                "body",
                "--model",
                model,
                "--output",
                folder.resolve(name).toString(),
                "--report",
                folder.resolve(name + ".report").toString());
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return outcome;
    }

    private List<String> rows(String name) {
        return SharedSpark.session()
                .read()
                .parquet(folder.resolve(name).toString())
                .orderBy("id")
                .toJSON()
                .collectAsList();
    }
}
