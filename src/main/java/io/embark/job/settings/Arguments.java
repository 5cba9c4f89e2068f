/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.settings;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.Option;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * A command line, read: which command, and what stands behind each key. Values are not checked here.
 *
 * @param command the command
 * @param given the values by key, in the order in which they were given; {@code "true"} for a flag
 * @hidden Public for Embark's other rooms only.
 */
public record Arguments(JobCommand command, Map<String, List<String>> given) {
    /**
     * Reads a command line; answers {@code --help} and {@code --version} itself.
     *
     * @param out where help and version are printed
     * @return empty if the command line asked for help or the version only
     * @throws EmbarkException {@link ErrorCode#OPTION_UNKNOWN} for a command or an option that does not exist, naming the
     *     nearest; {@link ErrorCode#OPTION_INVALID} for an option without its value, or given twice
     */
    public static Optional<Arguments> parse(PrintWriter out, String... args) {
        CommandLine line = new CommandLine(specification()).setOut(out);
        // A query or a prompt may begin with @ or be anything else: it is never the name of a file of arguments.
        line.setExpandAtFiles(false);
        line.setUsageHelpAutoWidth(true);
        ParseResult result;
        try {
            result = line.parseArgs(args);
        } catch (UnmatchedArgumentException e) {
            throw unknown(e);
        } catch (MissingParameterException e) {
            OptionSpec option = (OptionSpec) e.getMissing().get(0);
            throw ArgumentErrors.noValue(key(option.longestName()), option, e);
        } catch (ParameterException e) {
            throw ArgumentErrors.cannotBeParsed(
                    e.getCommandLine().getCommandSpec().qualifiedName(), e);
        }
        if (CommandLine.printHelpIfRequested(result)) {
            return Optional.empty();
        }

        ParseResult chosen = result.subcommand();
        if (chosen == null) {
            throw ArgumentErrors.noCommand();
        }

        JobCommand command = JobCommand.named(chosen.commandSpec().name()).orElseThrow();
        Map<String, List<String>> given = new LinkedHashMap<>();
        for (Option<?> setting : command.settings()) {
            OptionSpec option = chosen.matchedOption(name(setting));
            if (option != null) {
                requireOnce(setting, option);
                given.put(setting.key(), List.copyOf(option.stringValues()));
            }
        }
        return Optional.of(new Arguments(command, given));
    }

    /** The parser leaves this to us for options that help shows in groups. */
    private static void requireOnce(Option<?> setting, OptionSpec option) {
        if (setting.form() == Option.Form.VALUE && option.stringValues().size() > 1) {
            throw Option.repeated(setting.key());
        }
    }

    /** Whether a flag was given. */
    public boolean has(Option<Boolean> flag) {
        return given.containsKey(flag.key());
    }

    private static EmbarkException unknown(UnmatchedArgumentException e) {
        CommandLine line = e.getCommandLine();
        String argument = e.getUnmatched().get(0);
        if (!argument.startsWith("-")) {
            return line.getParent() == null
                    ? ArgumentErrors.unknownCommand(argument, e)
                    : ArgumentErrors.noOption(
                            argument, JobCommand.named(line.getCommandName()).orElseThrow(), e);
        }

        String key = key(argument.contains("=") ? argument.substring(0, argument.indexOf('=')) : argument);
        if (line.getParent() == null) {
            return ArgumentErrors.optionBeforeTheCommand(key, e);
        }
        List<String> known = line.getCommandSpec().options().stream()
                .map(option -> key(option.longestName()))
                .toList();
        return Option.unknown(key, known);
    }

    private static String key(String name) {
        return name.replaceFirst("^-+", "");
    }

    private static CommandSpec specification() {
        CommandSpec root = CommandSpec.create().name("embark");
        root.usageMessage()
                .description("Text embeddings for Apache Spark tables, inside the executors' own JVMs.")
                .footer("", "Run embark COMMAND --help for the options of a command.", exitCodes());
        root.version("embark " + Version.read());
        addStandardOptions(root);
        for (JobCommand command : JobCommand.values()) {
            root.addSubcommand(command.key(), specification(command));
        }
        return root;
    }

    private static CommandSpec specification(JobCommand command) {
        CommandSpec spec = CommandSpec.create().name(command.key());
        spec.usageMessage()
                .abbreviateSynopsis(true)
                .description(command.description())
                .footer(
                        "",
                        "A value counts in this order: command line, --set, spark.embark.KEY of Spark's configuration,"
                                + " --config file, default.",
                        exitCodes());
        spec.version("embark " + Version.read());
        spec.usageMessage().sortOptions(false);
        int order = 0;
        for (JobCommand.Group group : command.groups()) {
            ArgGroupSpec.Builder options = ArgGroupSpec.builder()
                    .heading("%n" + group.heading() + "%n")
                    .validate(false)
                    .order(order++);
            for (Option<?> setting : group.settings()) {
                options.addArg(option(setting, order++));
            }
            spec.addArgGroup(options.build());
        }
        addStandardOptions(spec);
        return spec;
    }

    private static OptionSpec option(Option<?> setting, int order) {
        OptionSpec.Builder option =
                OptionSpec.builder(name(setting)).order(order).description(description(setting));
        return switch (setting.form()) {
            case ALONE -> option.type(boolean.class).arity("0").build();
            case VALUE ->
                option.type(String.class).arity("1").paramLabel(setting.label()).build();
            case ENTRIES ->
                option.type(List.class)
                        .auxiliaryTypes(String.class)
                        .arity("1")
                        .paramLabel(setting.label())
                        .build();
        };
    }

    private static String description(Option<?> setting) {
        StringBuilder text = new StringBuilder(setting.description());
        if (setting.form() == Option.Form.VALUE) {
            if (!setting.takesAnyText() && setting.names().isEmpty()) {
                text.append(" Takes ").append(setting.values()).append('.');
            }
            if (setting.hasDefault()) {
                text.append(" Default: ").append(setting.defaultText()).append('.');
            }
        }
        // picocli takes descriptions as format strings.
        return text.toString().replace("%", "%%");
    }

    private static void addStandardOptions(CommandSpec spec) {
        spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Print this and stop.")
                .build());
        spec.addOption(OptionSpec.builder("-V", "--version")
                .versionHelp(true)
                .description("Print the version and stop.")
                .build());
    }

    private static String exitCodes() {
        return "Exit codes: 0 done; 1 the run failed; 2 the request was wrong, nothing was changed.";
    }

    private static String name(Option<?> setting) {
        return "--" + setting.key();
    }
}
