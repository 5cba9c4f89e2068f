/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.base.Redaction;
import io.embark.job.bench.BenchCommand;
import io.embark.job.embed.EmbedCommand;
import io.embark.job.embed.ErrorReport;
import io.embark.job.embed.RunErrors;
import io.embark.job.embed.Stop;
import io.embark.job.print.Console;
import io.embark.job.refresh.RefreshCommand;
import io.embark.job.refresh.StatusCommand;
import io.embark.job.session.JobSession;
import io.embark.job.session.SparkStart;
import io.embark.job.settings.Arguments;
import io.embark.job.settings.JobCommand;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.RunMode;
import io.embark.job.settings.RunSecrets;
import io.embark.job.settings.Settings;
import io.embark.job.settings.SettingsReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The command line: {@code embark embed|search|status|bench|inspect}. Started by spark-submit or by plain java. */
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

    private static final long SECONDS_TO_END = 10;

    private Main() {}

    /**
     * Runs a command and ends the process: with 0 if it is done, 1 if it failed, 2 if the request was wrong, 3 if more rows
     * have no vector than it allows, 128 and the number of the signal if one ended it.
     *
     * @param args the command and its options
     */
    public static void main(String[] args) {
        CountDownLatch done = new CountDownLatch(1);
        // Ctrl-C stops Spark, which ends the run with an error: it gets the time to tidy up and to say so.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> await(done), "embark-await-end"));
        int code;
        try {
            code = run(args);
        } finally {
            done.countDown();
        }
        // Under spark-submit a normal end lets Spark close what it opened; threads of libraries must not keep a failed
        // run.
        if (code != 0) {
            System.exit(code);
        }
    }

    private static void await(CountDownLatch done) {
        Stop.tell();
        try {
            boolean ended = done.await(SECONDS_TO_END, TimeUnit.SECONDS);
            if (!ended) {
                LOG.warn("The run did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Runs a command, printing to standard output and standard error.
     *
     * @param args the command and its options
     * @return 0 if it is done, 1 if it failed, 2 if the request was wrong, 3 if more rows have no vector than it allows
     */
    static int run(String... args) {
        return run(Console.system(), args);
    }

    /** The settings with what Spark needs before it starts. */
    private static Settings prepared(Settings settings, Console console) {
        boolean verbose = settings.isOn(JobSettings.VERBOSE);
        PrintStream log = verbose ? console.err() : new PrintStream(OutputStream.nullOutputStream());
        List<SparkStart.Added> added = SparkStart.prepare(
                settings.sparkConf(), settings.find(JobSettings.PACKAGES).orElse(""), log);
        if (verbose) {
            added.forEach(setting ->
                    console.note("%s = %s: %s".formatted(setting.key(), setting.value(), setting.because())));
        }
        return settings.withSpark(added);
    }

    static int run(Console console, String... args) {
        boolean verbose = false;
        RunSecrets secrets = RunSecrets.ofCommandLine(args);
        try {
            PrintWriter out = new PrintWriter(console.out(), true, StandardCharsets.UTF_8);
            Optional<Arguments> arguments = Arguments.parse(out, args);
            if (arguments.isEmpty()) {
                return 0;
            }

            verbose = arguments.get().has(JobSettings.VERBOSE);
            Settings settings = SettingsReader.read(arguments.get(), JobSession.submittedConf());
            verbose = settings.isOn(JobSettings.VERBOSE);
            secrets = settings.secrets();
            if (arguments.get().command() != JobCommand.INSPECT && !settings.isOn(JobSettings.QUIET)) {
                settings.notes().forEach(note -> console.err().println("embark: " + note));
            }
            settings = prepared(settings, console);
            switch (arguments.get().command()) {
                case EMBED -> {
                    boolean previews = settings.isOn(JobSettings.DRY_RUN) || settings.isOn(JobSettings.EXPLAIN);
                    boolean stages = settings.isChosen(JobSettings.COMMIT_EVERY) && !previews;
                    if (settings.get(JobSettings.MODE) == RunMode.REFRESH || stages) {
                        new RefreshCommand(settings, console).run();
                    } else {
                        new EmbedCommand(settings, console).run();
                    }
                }
                case SEARCH -> new SearchCommand(settings, console).run();
                case STATUS -> new StatusCommand(settings, console).run();
                case BENCH -> new BenchCommand(settings, console).run();
                case INSPECT -> new InspectCommand(settings, console).run();
            }
            console.out().flush();
            return 0;
        } catch (Throwable e) {
            // Everything, errors of the virtual machine included: whatever happened is told in three lines.
            ErrorReport report =
                    ErrorReport.of(Stop.isTold() ? RunErrors.stopped(e) : e).without(secrets);
            report.print(console.err());
            if (verbose) {
                console.err().println(secrets.foreign(Redaction.trace(e)));
            }
            return report.exitCode();
        }
    }
}
