/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.embark.job.embed.Report;
import io.embark.job.print.Console;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What a command left behind: its exit code and what it printed. */
record Outcome(int code, String out, String err) {
    static Outcome of(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Main.run(
                new Console(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8)),
                args);
        return new Outcome(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** The same for a command with more arguments behind it. */
    static Outcome of(List<String> command, String... more) {
        return of(Stream.concat(command.stream(), Stream.of(more)).toArray(String[]::new));
    }

    /** The words of a refresh of {@code body} by {@code id}, but for its source and its place. */
    static List<String> refresh(String model, Path report) {
        return List.of(
                "embed",
                "--mode",
                "refresh",
                "--model",
                model,
                "--text-column",
                "body",
                "--id-column",
                "id",
                "--report",
                report.toString());
    }

    /** What a run wrote into the folder of {@code --report}. */
    static JsonObject summary(Path report) throws IOException {
        return JsonParser.parseString(Files.readString(report.resolve(Report.SUMMARY)))
                .getAsJsonObject();
    }

    /** The lines of the error, without what was said while the run was going on. */
    List<String> errorLines() {
        return err.lines()
                .filter(line -> !line.startsWith("embark: reading "))
                .map(line -> line.replaceFirst("^(embark: | {8})", ""))
                .toList();
    }
}
