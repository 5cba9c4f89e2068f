/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.benchmark;

import java.util.List;

/** Started by {@code jobs/benchmark}: prints what the manual's page of measured figures says. */
public final class Benchmark {
    private Benchmark() {}

    /**
     * Runs the parts named, or all of them.
     *
     * @param parts {@code engine}, {@code families}, {@code column}, {@code job}, {@code lakes}, {@code cores}, {@code copies},
     *     {@code precision}, {@code sinks}, {@code refresh}
     */
    public static void main(String[] parts) throws Exception {
        List<String> chosen = parts.length == 0
                ? List.of(
                        "engine",
                        "families",
                        "column",
                        "job",
                        "lakes",
                        "cores",
                        "copies",
                        "precision",
                        "sinks",
                        "refresh")
                : List.of(parts);
        for (String part : chosen) {
            switch (part) {
                case "engine" -> EngineBenchmark.run();
                case "families" -> FamilyBenchmark.run();
                case "column" -> ColumnBenchmark.run();
                case "job" -> JobBenchmark.whole();
                case "lakes" -> JobBenchmark.lakes();
                case "cores" -> JobBenchmark.cores();
                case "copies" -> JobBenchmark.copies();
                case "precision" -> PrecisionBenchmark.run();
                case "sinks" -> SinkBenchmark.run();
                case "refresh" -> RefreshBenchmark.run();
                default ->
                    throw new IllegalArgumentException(
                            "there is no part '%s'; the parts are engine, families, column, job, lakes, cores, copies, precision, sinks, refresh"
                                    .formatted(part));
            }
        }
    }
}
