/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.settings;

import io.embark.base.Redaction;
import io.embark.job.settings.Settings.Chosen;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Options of readers and writers whose value stands elsewhere, so that no command line, file of settings or process list shows
 * it: {@code env:NAME} is a variable of the environment and, for secrets, {@code file:PATH} the text of a file on the driver.
 */
final class ReferredValue {
    private static final Pattern VARIABLE = Pattern.compile("env:([A-Za-z_]\\w*)");
    private static final Pattern FILE = Pattern.compile("file:(.+)", Pattern.DOTALL);
    private static final long LARGEST_FILE = 64 << 10;

    private ReferredValue() {}

    /** A setting of Spark's own with what its value stands for; only a secret may be a variable, and none is a file. */
    static Chosen ofSpark(String key, Chosen setting, Map<String, String> environment) {
        return Redaction.isSecret(key) ? ofVariable(key, setting, environment) : setting;
    }

    private static Chosen ofVariable(String key, Chosen option, Map<String, String> environment) {
        Matcher variable = VARIABLE.matcher(option.text());
        if (!variable.matches()) {
            return option;
        }
        String value = environment.get(variable.group(1));
        if (value == null) {
            throw SettingErrors.variableIsNotSet(key, variable.group(1));
        }
        return at(option, value, "environment variable " + variable.group(1));
    }

    /** The option with what its value stands for. */
    static Chosen of(String key, Chosen option, Map<String, String> environment) {
        Chosen known = ofVariable(key, option, environment);
        if (!known.equals(option)) {
            return known;
        }
        Matcher file = FILE.matcher(option.text());
        return file.matches() && Redaction.isSecret(key)
                ? at(option, text(key, file.group(1)), "file " + file.group(1))
                : option;
    }

    private static Chosen at(Chosen option, String value, String place) {
        return new Chosen(
                value, "%s, %s".formatted(option.origin(), place), option.place(), Optional.of(option.text()));
    }

    /** The text of a file without the line break that editors leave at its end. */
    private static String text(String key, String name) {
        try {
            Path file = Path.of(name.replaceFirst("^//(?=/)", ""));
            if (Files.size(file) > LARGEST_FILE) {
                throw SettingErrors.fileIsNoSecret(key, name);
            }
            return Files.readString(file, StandardCharsets.UTF_8).replaceFirst("\\r?\\n$", "");
        } catch (IOException | InvalidPathException e) {
            throw SettingErrors.secretCannotBeRead(key, name, e);
        }
    }
}
