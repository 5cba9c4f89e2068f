/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.embark.Option;
import io.embark.Precision;
import io.embark.host.CpuFeatures;
import io.embark.spark.SharedSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code embark embed --precision} on CPUs that have it: the table remembers, and vectors of two precisions are not mixed. */
class PrecisionTest {
    private static final String QUERY = "a large body of water";

    @TempDir
    Path folder;

    private String input;
    private String output;

    @BeforeEach
    void writeAnInput() throws IOException {
        SharedSpark.session();
        input = Files.writeString(folder.resolve("in.csv"), "id,text\n1,%s\n2,a small dog\n".formatted(QUERY))
                .toString();
        output = folder.resolve("out").toString();
    }

    /** In bfloat16 the difference to float32 would not show among four digits. */
    @Test
    void aSearchEmbedsItsQueryAsTheTableWas() {
        require(Precision.INT8);
        assertThat(embed("--precision", "int8").code()).isZero();
        Outcome same = Outcome.of("search", "--table", output, "--query", QUERY);
        Outcome exact =
                Outcome.of("search", "--table", output, "--query", QUERY, "--precision", "float32", "--top", "1");

        assertThat(same.code()).as(same.err()).isZero();
        assertThat(same.out()).contains("1.0000");
        assertThat(exact.out()).contains("0.99");
    }

    @ParameterizedTest
    @EnumSource(names = {"BFLOAT16", "INT8"})
    void vectorsOfAnotherPrecisionAreNotAppended(Precision precision) {
        require(precision);
        String name = Option.write(precision);
        assertThat(embed("--precision", "float32").code()).isZero();
        Outcome refused = embed("--mode", "append", "--precision", name);

        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.errorLines())
                .containsExactly(
                        "output %s: column 'embedding' holds vectors of another precision".formatted(output),
                        "They were computed with precision float32; appended would be %s.".formatted(name),
                        "Append with --precision float32, write to another output, or replace this one with --mode overwrite.");
        assertThat(embed("--mode", "append").code())
                .as("what a CPU chooses by itself")
                .isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"BFLOAT16", "INT8"})
    void aRefreshTakesThemForThoseOfAnotherModel(Precision precision) {
        require(precision);
        String[] nightly = {"--mode", "refresh", "--id-column", "id"};
        assertThat(embed(nightly).code()).isZero();
        Outcome refused = embed("--mode", "refresh", "--id-column", "id", "--precision", Option.write(precision));

        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.errorLines().get(0)).endsWith("2 rows are of another model or other options");
        Outcome rebuilt =
                embed("--mode", "refresh", "--id-column", "id", "--rebuild", "--precision", Option.write(precision));
        assertThat(rebuilt.code()).as(rebuilt.err()).isZero();
    }

    private static void require(Precision precision) {
        assumeThat(CpuFeatures.have(precision))
                .as("this CPU multiplies in %s".formatted(precision))
                .isTrue();
    }

    private Outcome embed(String... more) {
        return Outcome.of(List.of("embed", "--input", input, "--text-column", "text", "--output", output), more);
    }
}
