/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import io.embark.job.print.Console;
import io.embark.job.print.TextTable;
import io.embark.job.settings.RunSecrets;
import io.embark.job.settings.Settings;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * {@code --explain}: the settings in force with where each comes from, and Spark's plan.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Explanation {
    private final Settings settings;
    private final Console console;

    /** Of these settings. */
    public Explanation(Settings settings, Console console) {
        this.settings = settings;
        this.console = console;
    }

    /**
     * Prints both.
     *
     * @param source what is read
     * @param embedded the same with vectors
     */
    public void print(Dataset<Row> source, Dataset<Row> embedded) {
        List<List<String>> cells = settings.effective().stream()
                .map(setting -> List.of(setting.key(), setting.value(), setting.origin()))
                .toList();
        // Complete, whatever the width of the terminal: this is where people look for what went wrong.
        Stream.of(new TextTable(List.of("setting", "value", "from"), cells).lines(Integer.MAX_VALUE))
                .flatMap(List::stream)
                .forEach(console.out()::println);
        console.out().println();
        RunSecrets secrets = settings.secrets().withLiterals(PlanLiterals.of(source));
        console.out()
                .println("Plan, before rows are counted and, where the input is too coarse, spread over all cores:");
        console.out()
                .println(secrets.foreign(
                        embedded.queryExecution().executedPlan().toString().strip()));
    }
}
