/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.embark.EmbarkException;
import io.embark.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A file of settings in HOCON, flattened: {@code embark { sink-option { compression = zstd } }} is one entry. */
final class ConfigFile {
    private static final String SECTION = "embark.";

    private ConfigFile() {}

    /**
     * A value of the file.
     *
     * @param value the value as text; the elements of a list joined with commas
     * @param place the file and line where it stands
     */
    record Entry(String value, String place) {}

    /**
     * Reads a file. Its keys stand at the top or in a section named {@code embark}.
     *
     * @return values by key, words of a path joined with dots
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if the file cannot be read as HOCON
     */
    static Map<String, Entry> read(Path file) {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw SettingErrors.fileCannotBeRead(file);
        }

        Config config;
        try {
            config = ConfigFactory.parseFile(file.toFile()).resolve();
        } catch (ConfigException e) {
            throw SettingErrors.fileIsNoHocon(file, e);
        }

        requireThatNothingIsLost(file, config);
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (Map.Entry<String, ConfigValue> entry : config.entrySet()) {
            String key = String.join(".", ConfigUtil.splitPath(entry.getKey()));
            ConfigValue value = entry.getValue();
            String place = "%s:%s".formatted(file.getFileName(), value.origin().lineNumber());
            entries.put(key.startsWith(SECTION) ? key.substring(SECTION.length()) : key, new Entry(text(value), place));
        }
        return entries;
    }

    /** Of {@code a.b = 1} and {@code a.b.c = 2} HOCON keeps the second alone, though both are settings of Spark. */
    private static void requireThatNothingIsLost(Path file, Config config) {
        String lines;
        try {
            lines = Files.readString(file);
        } catch (IOException e) {
            throw SettingErrors.fileCannotBeRead(file);
        }
        for (Map.Entry<String, ConfigValue> entry : config.entrySet()) {
            List<String> words = ConfigUtil.splitPath(entry.getKey());
            for (int i = 2; i < words.size(); i++) {
                String above = String.join(".", words.subList(0, i));
                Pattern asValue = Pattern.compile("(?m)^\\s*" + Pattern.quote(above) + "\\s*[=:]\\s*[^\\s{]");
                if (asValue.matcher(lines).find()) {
                    throw SettingErrors.valueIsLost(file, above, String.join(".", words));
                }
            }
        }
    }

    private static String text(ConfigValue value) {
        if (value instanceof ConfigList list) {
            return list.stream().map(ConfigFile::text).collect(Collectors.joining(","));
        }

        // A number as it was written: 1e3 stays 1e3 and 007 stays 007, so that the setting itself judges it.
        return value.valueType() == ConfigValueType.STRING
                ? value.unwrapped().toString()
                : value.render(ConfigRenderOptions.concise());
    }
}
