/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.settings;

import io.embark.EmbedOptions;
import io.embark.Option;
import io.embark.Stage;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the job can be asked to do, and the settings that each command takes.
 *
 * @hidden Public for Embark's other rooms only.
 */
public enum JobCommand {
    EMBED(
            "embed",
            "Reads a table, embeds its text and writes the table with the vectors.",
            List.of(
                    new Group(
                            "Source: one of --input, --table, --sql",
                            List.of(
                                    JobSettings.INPUT,
                                    JobSettings.TABLE,
                                    JobSettings.SQL,
                                    JobSettings.FORMAT,
                                    JobSettings.SOURCE_OPTION,
                                    JobSettings.TEXT_COLUMN,
                                    JobSettings.ID_COLUMN,
                                    JobSettings.WHERE,
                                    JobSettings.LIMIT,
                                    JobSettings.DEDUPLICATE)),
                    new Group(
                            "Sink: one of --output, --output-table",
                            List.of(
                                    JobSettings.OUTPUT,
                                    JobSettings.OUTPUT_TABLE,
                                    JobSettings.OUTPUT_FORMAT,
                                    JobSettings.VECTOR_TYPE,
                                    JobSettings.SINK_OPTION,
                                    JobSettings.MODE,
                                    JobSettings.PARTITION_BY,
                                    JobSettings.EMBEDDING_COLUMN)),
                    new Group("Refresh, with --mode refresh and --id-column", JobSettings.OF_REFRESH),
                    new Group("Embedding", EmbedOptions.all()),
                    new Group("Rows that fail, with --on-error null", JobSettings.OF_FAILED_ROWS),
                    new Group(
                            "Run",
                            List.of(
                                    JobSettings.CONFIG,
                                    JobSettings.SET,
                                    JobSettings.PACKAGES,
                                    JobSettings.DRY_RUN,
                                    JobSettings.EXPLAIN,
                                    JobSettings.REPORT,
                                    JobSettings.QUIET,
                                    JobSettings.VERBOSE)))),
    SEARCH(
            "search",
            "Lists the rows of an embedded table that are most similar to a query.",
            List.of(
                    new Group(
                            "Search",
                            List.of(
                                    JobSettings.SEARCH_TABLE,
                                    JobSettings.QUERY,
                                    JobSettings.TOP,
                                    JobSettings.FORMAT,
                                    JobSettings.SOURCE_OPTION,
                                    JobSettings.ID_COLUMN,
                                    JobSettings.WHERE,
                                    JobSettings.SEARCH_COLUMN)),
                    new Group("Embedding of the query; by default as the table was embedded", EmbedOptions.all()),
                    new Group("Run", JobSettings.OF_EVERY_RUN))),
    STATUS(
            "status",
            "Counts the rows of a refreshed table: by model, without a vector, failed, gone from the source; and what a refresh would embed.",
            List.of(
                    new Group(
                            "Status",
                            List.of(
                                    JobSettings.STATUS_TABLE,
                                    JobSettings.FORMAT,
                                    JobSettings.SOURCE_OPTION,
                                    JobSettings.SEARCH_COLUMN,
                                    JobSettings.JSON)),
                    new Group(
                            "The output, as embark embed takes it, in place of --table", JobSettings.OF_STATUS_OUTPUT),
                    new Group(
                            "What a refresh would embed, with an output, --id-column and one of --input, --table, --sql",
                            JobSettings.OF_STATUS_SOURCE),
                    new Group("Embedding, as the refresh has it", EmbedOptions.all()),
                    new Group("Run", JobSettings.OF_EVERY_RUN))),
    BENCH(
            "bench",
            "Tries settings on this machine and your texts: the fastest, how near to the hardware's limit, and how long a table takes.",
            List.of(
                    new Group(
                            "Texts: one of --input, --table, --sql; else glosses of WordNet, and passages made of them",
                            List.of(
                                    JobSettings.INPUT,
                                    JobSettings.TABLE,
                                    JobSettings.SQL,
                                    JobSettings.FORMAT,
                                    JobSettings.SOURCE_OPTION,
                                    JobSettings.TEXT_COLUMN,
                                    JobSettings.WHERE,
                                    JobSettings.SAMPLE)),
                    new Group("Sweep", List.of(JobSettings.BUDGET, JobSettings.SWEEP)),
                    new Group("Forecast", List.of(JobSettings.ROWS, JobSettings.PRICE_PER_HOUR, JobSettings.FINISH_IN)),
                    new Group("Embedding; what settings are held against", EmbedOptions.all()),
                    new Group(
                            "Run",
                            List.of(
                                    JobSettings.CONFIG,
                                    JobSettings.SET,
                                    JobSettings.PACKAGES,
                                    JobSettings.BENCH_REPORT,
                                    JobSettings.JSON,
                                    JobSettings.QUIET,
                                    JobSettings.VERBOSE)))),
    INSPECT(
            "inspect",
            "Shows what a model is: its architecture, limits, prompts and files.",
            List.of(
                    new Group(
                            "Inspection",
                            Stream.concat(
                                            EmbedOptions.at(Stage.OPEN).stream(),
                                            Stream.of(EmbedOptions.PRECISION, JobSettings.JSON))
                                    .toList()),
                    new Group("Run", JobSettings.OF_EVERY_RUN)));

    /** Settings that help shows together. */
    public record Group(String heading, List<Option<?>> settings) {}

    private final String key;
    private final String description;

    @SuppressWarnings("ImmutableEnumChecker") // lists that List.of made
    private final List<Group> groups;

    JobCommand(String key, String description, List<Group> groups) {
        this.key = key;
        this.description = description;
        this.groups = groups;
    }

    public static Optional<JobCommand> named(String key) {
        return Stream.of(values()).filter(command -> command.key.equals(key)).findFirst();
    }

    /** The settings of any command, by which a file that serves several of them is checked. */
    public static List<Option<?>> settingsOfAll() {
        return Stream.of(values())
                .flatMap(command -> command.settings().stream())
                .toList();
    }

    public String key() {
        return key;
    }

    public String description() {
        return description;
    }

    public List<Group> groups() {
        return groups;
    }

    /** The settings of all groups, in the order of help. */
    public List<Option<?>> settings() {
        return groups.stream().flatMap(group -> group.settings().stream()).toList();
    }
}
