/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.EmbedOptions;
import io.embark.Option;
import io.embark.Page;
import io.embark.WrittenBlock;
import io.embark.job.settings.JobCommand;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Holds the manual's page of options to the commands, options and settings that there are. */
class OptionsPageTest {
    private static final String HEADER = "| option | values | default | what it does |\n|---|---|---|---|\n";

    /** Where the manual tells more about an option. */
    private static final Map<String, String> MORE = Map.of(
            EmbedOptions.MODEL.key(), "[Models](models.md)",
            EmbedOptions.TRUST_MODEL_CODE.key(), "[Models that are programs](programs.md)",
            EmbedOptions.ENCODING.key(), "[Encodings](encodings.md)",
            EmbedOptions.PRECISION.key(), "[Faster on CPUs](precision.md)",
            EmbedOptions.DEVICE.key(), "[GPUs](gpu.md)",
            EmbedOptions.LONG_TEXT.key(), "[Long texts](long-texts.md)",
            EmbedOptions.ON_ERROR.key(), "[Errors](errors.md)");

    private static final Set<String> EMBEDDING =
            EmbedOptions.all().stream().map(Option::key).collect(Collectors.toSet());

    @Test
    void thePageHasEachCommand() throws IOException {
        String rows = Stream.of(JobCommand.values())
                .map(command -> "| `embark %s` | %s |\n".formatted(command.key(), command.description()))
                .collect(Collectors.joining());

        WrittenBlock.require(
                Page.of("options"),
                "commands",
                "| command | what it does |\n|---|---|\n" + rows,
                OptionsPageTest.class);
    }

    @Test
    void thePageHasEachOptionOfEmbedding() throws IOException {
        String rows = JobCommand.EMBED.settings().stream()
                .filter(OptionsPageTest::isOfEmbedding)
                .map(OptionsPageTest::row)
                .collect(Collectors.joining());

        WrittenBlock.require(Page.of("options"), "embedding", HEADER + rows, OptionsPageTest.class);
    }

    @ParameterizedTest
    @EnumSource(JobCommand.class)
    void thePageHasEachSettingOfACommand(JobCommand command) throws IOException {
        String groups = command.groups().stream().map(OptionsPageTest::group).collect(Collectors.joining("\n"));

        WrittenBlock.require(Page.of("options"), command.key(), groups, OptionsPageTest.class);
    }

    /** The settings of its own in a table; of the options of embedding, which have a table already, those that it takes. */
    private static String group(JobCommand.Group group) {
        List<Option<?>> embedding =
                group.settings().stream().filter(OptionsPageTest::isOfEmbedding).toList();
        String rows = group.settings().stream()
                .filter(setting -> !isOfEmbedding(setting))
                .map(OptionsPageTest::row)
                .collect(Collectors.joining());
        String taken = embedding.size() == EMBEDDING.size()
                ? "All options of embedding, which stand above.\n"
                : embedding.isEmpty()
                        ? ""
                        : "Of the options of embedding: %s.\n"
                                .formatted(embedding.stream()
                                        .map(setting -> "`--%s`".formatted(setting.key()))
                                        .collect(Collectors.joining(", ")));
        String table = rows.isEmpty() ? "" : HEADER + rows;
        return "### %s\n\n%s%s%s"
                .formatted(inCell(group.heading()), table, table.isEmpty() || taken.isEmpty() ? "" : "\n", taken);
    }

    private static boolean isOfEmbedding(Option<?> setting) {
        return EMBEDDING.contains(setting.key());
    }

    private static String row(Option<?> setting) {
        String more = MORE.containsKey(setting.key()) ? " See %s.".formatted(MORE.get(setting.key())) : "";
        boolean isNamed = setting.takesAnyText() && !isOfEmbedding(setting);
        return "| `--%s` | %s | %s | %s%s |\n"
                .formatted(
                        setting.key(),
                        isNamed ? "`%s`".formatted(setting.label()) : inCell(setting.values()),
                        setting.defaultValue() == null
                                ? inCell(setting.defaultText())
                                : "`%s`".formatted(setting.defaultText()),
                        inCell(setting.description()),
                        more);
    }

    /** As it is in a cell of a table; options, addresses and JSON as code. */
    private static String inCell(String text) {
        return text.replace("|", "\\|")
                .replaceAll("--[a-z-]+|\\b[a-z0-9]+://[\\w/]+|\\{.*\\}", "`$0`")
                .replace("<", "&lt;")
                .replace(">", "&gt;");
    }
}
