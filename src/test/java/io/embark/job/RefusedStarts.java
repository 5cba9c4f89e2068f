/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

/** Starts the job with settings that Spark refuses, one after the other, in a JVM without a session. */
final class RefusedStarts {
    private RefusedStarts() {}

    /**
     * Prints what the job says to each.
     *
     * @param args the settings, each {@code key=value}
     */
    public static void main(String[] args) {
        for (String setting : args) {
            Outcome outcome = Outcome.of(
                    "embed",
                    "--input",
                    "in.csv",
                    "--output",
                    "out",
                    "--set",
                    setting,
                    "--set",
                    "spark.ui.enabled=false");
            System.out.println("said: " + outcome.code() + " " + String.join(" | ", outcome.errorLines()));
        }
    }
}
