/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.job.print.TextTable;
import io.embark.job.settings.RunSecrets;
import io.embark.job.table.Failures;
import io.embark.spark.version.SparkVersion;
import java.io.PrintStream;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.AnalysisException;

/**
 * What a person and a shell get to know about a failure: three lines and an exit code.
 *
 * @param problem what is wrong
 * @param reason why
 * @param remedy what to do about it
 * @param exitCode 2 if the request was wrong, 3 if too many rows have no vector, else 1
 * @hidden Public for Embark's other rooms only.
 */
public record ErrorReport(String problem, String reason, String remedy, int exitCode) {
    public static final int RUN_FAILED = 1;
    public static final int REQUEST_WRONG = 2;
    public static final int TOO_MANY_FAILED = 3;

    /** An exception of ours in the text of another, where Spark could not keep the object. */
    private static final Pattern QUOTED =
            Pattern.compile(Pattern.quote(EmbarkException.class.getName()) + ": (.+)\n(.+)\n(.+)");

    private static final Pattern SETTING = Pattern.compile("\"(spark\\.[\\w.]+)\"");

    /** The report of whatever ended a run. */
    public static ErrorReport of(Throwable thrown) {
        Throwable root = thrown;
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Throwable link = thrown; link != null && seen.add(link); link = link.getCause()) {
            root = link;
            if (link instanceof EmbarkException ours) {
                return of(ours);
            }
        }
        for (Throwable link : seen) {
            Matcher quoted = QUOTED.matcher(String.valueOf(link.getMessage()));
            if (quoted.find()) {
                return new ErrorReport(
                        quoted.group(1).strip(),
                        quoted.group(2).strip(),
                        quoted.group(3).strip(),
                        RUN_FAILED);
            }
        }
        if (seen.stream().anyMatch(ErrorReport::tellsOfAStop)) {
            return new ErrorReport(
                    "the run was stopped",
                    "Spark was shut down before it was done, by Ctrl-C or from outside.",
                    "An output that was there is as it was. Run it again.",
                    RUN_FAILED);
        }
        if (root instanceof SparkThrowable spark && "MALFORMED_CSV_RECORD".equals(SparkVersion.condition(spark))) {
            return new ErrorReport(
                    "input: a CSV record has fewer or more cells than there are columns",
                    TextTable.shorten(TextTable.clean(Failures.line(root)), 200),
                    "Repair it; or name another separator, such as --source-option 'sep=;'; or add --source-option"
                            + " mode=PERMISSIVE: missing cells are null then, others dropped.",
                    REQUEST_WRONG);
        }
        if (root instanceof AnalysisException) {
            return new ErrorReport(
                    "the request does not fit the table",
                    Failures.line(root),
                    "Check the columns and names.",
                    REQUEST_WRONG);
        }
        if (thrown instanceof IllegalArgumentException && thrown == root) {
            // Not from a task: Spark refuses an option or a setting that was passed on to it.
            return new ErrorReport(
                    "the request cannot be carried out",
                    Failures.line(root),
                    "Check the options and settings that are passed on to Spark.",
                    REQUEST_WRONG);
        }
        if (root instanceof OutOfMemoryError) {
            return new ErrorReport(
                    "the run failed: out of memory",
                    Failures.line(root),
                    "Give it more memory (--driver-memory, --executor-memory), or lower --window and --batch-tokens.",
                    RUN_FAILED);
        }

        return new ErrorReport(
                "the run failed: %s".formatted(root.getClass().getSimpleName()),
                Failures.line(root),
                namedSetting(root)
                        .map(
                                ("Choose a value for %s with --set, or run it again with --verbose for Spark's log and the stack"
                                                + " trace.")::formatted)
                        .orElse(Failures.VERBOSE),
                RUN_FAILED);
    }

    /** The setting that Spark asks for in this exception. */
    private static Optional<String> namedSetting(Throwable root) {
        return SETTING.matcher(String.valueOf(root.getMessage()))
                .results()
                .map(match -> match.group(1))
                .findFirst();
    }

    /** Whether Spark says in this exception that it was shut down while it worked. */
    private static boolean tellsOfAStop(Throwable link) {
        String message = String.valueOf(link.getMessage());
        return message.contains("cancelled because SparkContext was shut down")
                || message.contains("Cannot call methods on a stopped SparkContext");
    }

    private static ErrorReport of(EmbarkException ours) {
        return new ErrorReport(ours.problem(), ours.reason(), ours.remedy(), exitCode(ours.code()));
    }

    private static int exitCode(ErrorCode code) {
        if (code == ErrorCode.TOO_MANY_FAILED) {
            return TOO_MANY_FAILED;
        }
        return code.isWrongRequest() ? REQUEST_WRONG : RUN_FAILED;
    }

    /** The same without what a run must not give away; only reasons quote what others say. */
    public ErrorReport without(RunSecrets secrets) {
        return new ErrorReport(secrets.text(problem), secrets.foreign(reason), secrets.text(remedy), exitCode);
    }

    public void print(PrintStream err) {
        err.println("embark: " + problem);
        err.println("        " + reason);
        err.println("        " + remedy);
        err.flush();
    }
}
