/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.settings;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.NearestName;
import io.embark.job.table.Failures;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Model.OptionSpec;

/** What is refused of the command line, one method for each mistake. */
final class ArgumentErrors {
    private ArgumentErrors() {}

    /** @param command what stands before the options: "embark embed" */
    static EmbarkException cannotBeParsed(String command, Exception thrown) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "command line: " + Failures.line(thrown),
                "Every option stands once, with its value behind it.",
                "Run %s --help to see what each option takes.".formatted(command),
                thrown);
    }

    static EmbarkException noValue(String key, OptionSpec option, Exception thrown) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option %s: has no value".formatted(key),
                "A value stands behind it.",
                "Write %s %s, or leave both out.".formatted(option.longestName(), option.paramLabel()),
                thrown);
    }

    static EmbarkException noCommand() {
        return unknown("no command given", theCommands(), "Run embark --help, or embark COMMAND --help.", null);
    }

    static EmbarkException unknownCommand(String name, Exception thrown) {
        return unknown(
                "command '%s' does not exist".formatted(name),
                theCommands(),
                NearestName.find(name, commands())
                        .map("Did you mean %s?"::formatted)
                        .orElse("Run embark --help."),
                thrown);
    }

    static EmbarkException optionBeforeTheCommand(String key, Exception thrown) {
        return unknown(
                "option '%s' does not exist".formatted(key),
                "Options stand behind a command: %s.".formatted(String.join(", ", commands())),
                "Run embark --help to see all options.",
                thrown);
    }

    static EmbarkException noOption(String argument, JobCommand command, Exception thrown) {
        return unknown(
                "argument '%s' is not expected here".formatted(argument),
                "embark %s takes options only.".formatted(command.key()),
                "Run embark %s --help to see all options.".formatted(command.key()),
                thrown);
    }

    private static EmbarkException unknown(String problem, String reason, String remedy, Exception thrown) {
        return new EmbarkException(ErrorCode.OPTION_UNKNOWN, problem, reason, remedy, thrown);
    }

    private static String theCommands() {
        return "The commands are %s.".formatted(String.join(", ", commands()));
    }

    private static List<String> commands() {
        return Stream.of(JobCommand.values()).map(JobCommand::key).toList();
    }
}
