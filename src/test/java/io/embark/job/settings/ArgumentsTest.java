/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.Option;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments.ArgumentSet;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {
    @Test
    void readsValuesFlagsAndEntries() {
        Arguments read = parse(
                "embed",
                "--input",
                "a b.csv",
                "--limit=3",
                "--quiet",
                "--source-option",
                "sep=;",
                "--source-option",
                "a=b=c");

        assertThat(read.command()).isEqualTo(JobCommand.EMBED);
        assertThat(read.given())
                .containsEntry("input", List.of("a b.csv"))
                .containsEntry("limit", List.of("3"))
                .containsEntry("quiet", List.of("true"))
                .containsEntry("source-option", List.of("sep=;", "a=b=c"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"@file", "", "-5 degrees", "a=b", "100 % \"sure\"", "${HOME}", "query: "})
    void takesAnyTextAsAQuery(String query) {
        assertThat(parse("search", "--query", query).given()).containsEntry("query", List.of(query));
    }

    static Stream<ArgumentSet> wrong() {
        return Stream.of(
                set("an unknown command", List.of("emebd"), "command 'emebd' does not exist", "Did you mean embed?"),
                set("no command", List.of(), "no command given", "Run embark --help, or embark COMMAND --help."),
                set(
                        "an unknown option",
                        List.of("embed", "--inptu", "x"),
                        "option 'inptu' does not exist",
                        "Did you mean input?"),
                set(
                        "an unknown option with its value",
                        List.of("embed", "--batchtokens=7"),
                        "option 'batchtokens' does not exist",
                        "Did you mean batch-tokens?"),
                set(
                        "an option unlike any other",
                        List.of("embed", "--xylophone"),
                        "option 'xylophone' does not exist",
                        "Leave it out, or choose one of these."),
                set(
                        "an option before the command",
                        List.of("--input", "x", "embed"),
                        "option 'input' does not exist",
                        "Run embark --help to see all options."),
                set(
                        "a stray word",
                        List.of("embed", "articles.parquet"),
                        "argument 'articles.parquet' is not expected here",
                        "Run embark embed --help to see all options."),
                set(
                        "an option without its value",
                        List.of("embed", "--input"),
                        "option input: has no value",
                        "Write --input PATH, or leave both out."),
                set(
                        "an option given twice",
                        List.of("embed", "--input", "a", "--quiet", "--input", "b"),
                        "option input: is given more than once",
                        "Keep one of them."));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void refusesAWrongCommandLine(List<String> args, String problem, String remedy) {
        assertThatThrownBy(() -> parse(args.toArray(new String[0])))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith(problem + "\n")
                .hasMessageEndingWith("\n" + remedy);
    }

    @ParameterizedTest
    @EnumSource(JobCommand.class)
    void helpNamesEverySettingWithItsValuesAndDefault(JobCommand command) {
        String help = help(command.key(), "--help");
        String letters = help.replaceAll("\\s", "");

        for (Option<?> setting : command.settings()) {
            assertThat(help).contains("--" + setting.key());
            assertThat(letters).contains(setting.description().replace(" ", ""));
            if (setting.form() == Option.Form.VALUE) {
                assertThat(letters).contains("--%s=%s".formatted(setting.key(), setting.label()));
                assertThat(setting.takesAnyText()
                                || setting.label().equals(String.join("|", setting.names()))
                                || letters.contains("Takes" + setting.values().replace(" ", "")))
                        .as("help says what %s takes", setting)
                        .isTrue();
                assertThat(letters.contains("Default:" + setting.defaultText().replace(" ", "")))
                        .as("help says the default of %s", setting)
                        .isEqualTo(setting.hasDefault());
            }
        }
        assertThat(help).contains("Exit codes: 0 done; 1 the run failed; 2 the request was wrong");
    }

    @Test
    void helpListsTheCommands() {
        assertThat(help("--help")).contains("embed", "search", "inspect");
    }

    @Test
    void printsTheVersion() {
        assertThat(help("--version")).startsWith("embark ");
    }

    private static ArgumentSet set(String name, List<String> args, String problem, String remedy) {
        return org.junit.jupiter.params.provider.Arguments.argumentSet(name, args, problem, remedy);
    }

    private static Arguments parse(String... args) {
        return Arguments.parse(new PrintWriter(new StringWriter()), args).orElseThrow();
    }

    private static String help(String... args) {
        StringWriter out = new StringWriter();
        assertThat(Arguments.parse(new PrintWriter(out), args)).isEmpty();
        return out.toString();
    }
}
