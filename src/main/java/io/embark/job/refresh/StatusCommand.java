/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.Option;
import io.embark.job.embed.Report;
import io.embark.job.embed.RequestedTables;
import io.embark.job.print.Console;
import io.embark.job.session.JobSession;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.SettingErrors;
import io.embark.job.settings.Settings;
import io.embark.job.sink.Sink;
import io.embark.job.source.Source;
import io.embark.job.table.TableLabels;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * {@code embark status}: counts the rows of an output that refreshes keep, by what their vectors are of, and those that a refresh
 * would embed, where the settings name the source. Reads keys and what stands beside the vectors, and changes nothing.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class StatusCommand {
    /** What is not known is told as such. */
    private static final Gson GSON = new GsonBuilder()
            .setPrettyPrinting()
            .disableHtmlEscaping()
            .serializeNulls()
            .create();

    private final Settings settings;
    private final Console console;

    /** Of these settings. */
    public StatusCommand(Settings settings, Console console) {
        this.settings = settings;
        this.console = console;
    }

    /** Runs it. */
    public void run() {
        try (JobSession session = JobSession.open(settings.session())) {
            SparkSession spark = session.spark();
            if (!namesOutput(spark)) {
                countTable(spark);
            } else if (RequestedTables.namesSource(settings)) {
                countBoth(spark);
            } else {
                countOutput(spark);
            }
        }
    }

    /** Whether an output is named as embark embed takes it, by a place at least as important as one that names a table. */
    private boolean namesOutput(SparkSession spark) {
        List<Option<?>> output = List.of(JobSettings.OUTPUT, JobSettings.OUTPUT_TABLE, JobSettings.OUTPUT_FORMAT);
        boolean isOfAFormat = Stream.of(JobSettings.INPUT, JobSettings.STATUS_TABLE, JobSettings.SQL)
                .noneMatch(settings::isChosen);
        return RequestedTables.namesSink(spark, settings)
                && !settings.outranks(JobSettings.STATUS_TABLE, output)
                && !(isOfAFormat && settings.outranks(JobSettings.FORMAT, output));
    }

    private void countTable(SparkSession spark) {
        requireNone(JobSettings.OF_STATUS_OUTPUT);
        requireNone(JobSettings.OF_STATUS_SOURCE);
        requireNone(EmbedOptions.all());
        if (!settings.isChosen(JobSettings.FORMAT)) {
            settings.require(JobSettings.STATUS_TABLE);
        }
        Source source = RequestedTables.counted(spark, settings);
        Census census = Census.of(source.rows(), "table " + source.name(), settings.find(JobSettings.SEARCH_COLUMN));
        print(source.name(), census, Optional.empty());
        sayHowToAskForMore();
    }

    private void countOutput(SparkSession spark) {
        requireNone(JobSettings.OF_STATUS_SOURCE);
        requireNone(EmbedOptions.all());
        Sink sink = settings.isChosen(JobSettings.STATE)
                ? RequestedTables.state(spark, settings)
                : RequestedRefresh.sink(spark, settings);
        Optional<Dataset<Row>> there = RequestedRefresh.refreshing(sink).there();
        print(sink.reference(), census(sink, there, settings.find(JobSettings.SEARCH_COLUMN)), Optional.empty());
        sayHowToAskForMore();
    }

    private void countBoth(SparkSession spark) {
        RequestedRefresh.requireOptionsGoTogether(settings, false);
        RequestedTables.recover(spark, settings, false).forEach(console::note);
        RefreshCall refresh =
                RequestedRefresh.open(spark, settings, console, RequestedTables.source(spark, settings), false);
        Sink sink = refresh.sink();
        // What is to be taken over has nothing to count yet.
        Census census = settings.isOn(JobSettings.ADOPT)
                ? Census.NONE
                : census(sink, refresh.place().there(), Optional.empty());
        Forecast forecast;
        try {
            Optional<Report> last = settings.find(JobSettings.REPORT).map(folder -> Report.toRead(spark, folder));
            forecast = Forecast.of(refresh, last);
        } catch (EmbarkException e) {
            // A refresh would be refused for the same reason, which the counts may explain.
            print(sink.reference(), census, Optional.empty());
            throw e;
        }
        print(sink.reference(), census, Optional.of(forecast));
    }

    private static Census census(Sink sink, Optional<Dataset<Row>> there, Optional<String> column) {
        return there.map(rows -> Census.of(TableLabels.labelled(rows), sink.description(), column))
                .orElse(Census.NONE);
    }

    /** What stands in a file is for other commands too; what is asked for here is heeded or refused. */
    private void requireNone(List<Option<?>> unheeded) {
        unheeded.stream().filter(settings::isAskedForHere).findFirst().ifPresent(setting -> {
            throw SettingErrors.isForARefreshThatIsNamed(setting);
        });
    }

    private void print(String table, Census census, Optional<Forecast> forecast) {
        if (settings.isOn(JobSettings.JSON)) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("version", 1);
            all.put("table", table);
            all.put("columns", census.toJson());
            all.put("refresh", forecast.map(Forecast::toJson).orElse(null));
            console.out().println(GSON.toJson(all));
            return;
        }
        console.say("Table   %s".formatted(table));
        census.print(console);
        forecast.ifPresent(told -> console.say(told.shown()));
    }

    private void sayHowToAskForMore() {
        if (!settings.isOn(JobSettings.JSON)) {
            console.say("What a refresh would embed: name source, --output and --id-column too, as embark embed does.");
        }
    }
}
