/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.embark.Option;
import io.embark.job.settings.Arguments;
import io.embark.job.settings.JobCommand;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.Settings;
import io.embark.job.settings.SettingsReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds conf/embark.conf to the settings that there are, and reads the samples beside it. */
class ConfigurationFileTest {
    private static final Path CONF = Path.of("conf", "embark.conf");

    /** Two commands have settings of the same key, by different defaults in words: the first stands for both. */
    static List<Option<?>> settings() {
        Set<String> seen = new TreeSet<>();
        return JobCommand.settingsOfAll().stream()
                .filter(setting -> !setting.equals(JobSettings.CONFIG) && !setting.equals(JobSettings.SET))
                .filter(setting -> seen.add(setting.key()))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void hasEachSettingWithItsDefault(Option<?> setting) throws IOException {
        Config embark = embark();

        assertThat(embark.hasPathOrNull(setting.key())).as("has %s", setting).isTrue();
        if (setting.form() == Option.Form.ENTRIES) {
            assertThat(embark.getConfig(setting.key()).isEmpty()).isTrue();
        } else if (setting.defaultValue() == null) {
            assertThat(embark.getIsNull(setting.key())).isTrue();
        } else {
            assertThat(embark.getString(setting.key())).isEqualTo(setting.defaultText());
        }
    }

    @Test
    void hasNoSettingThatDoesNotExist() throws IOException {
        assertThat(embark().root().keySet())
                .containsExactlyInAnyOrderElementsOf(
                        settings().stream().map(Option::key).toList());
    }

    /** Whoever copies one changes names and paths, and nothing else has to be right. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "delta",
                "iceberg",
                "postgresql",
                "milvus",
                "nightly-delta",
                "nightly-iceberg",
                "nightly-postgresql",
                "nightly-milvus",
                "nightly-chunks"
            })
    void eachSampleIsReadyToRun(String sample) {
        Arguments arguments = Arguments.parse(
                        new PrintWriter(new StringWriter()), "embed", "--config", "conf/%s.conf".formatted(sample))
                .orElseThrow();

        Settings settings = SettingsReader.read(arguments, Map.of());

        assertThat(settings.notes()).isEmpty();
        assertThat(settings.effective())
                .filteredOn(Settings.Effective::isSet)
                .extracting(Settings.Effective::key)
                .contains("text-column", "id-column", "mode")
                .containsAnyOf("input", "table")
                .containsAnyOf("output-format", "output-table");
    }

    /** The file as if every default in it were chosen. */
    private static Config embark() throws IOException {
        String withDefaults = Files.readString(CONF).replaceAll("(?m)^( *)#([a-z])", "$1$2");
        return ConfigFactory.parseString(withDefaults).getConfig("embark");
    }
}
