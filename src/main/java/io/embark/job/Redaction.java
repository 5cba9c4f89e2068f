/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.Option;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

/**
 * Keeps secrets out of what is printed and reported.
 *
 * <p>The keys of entries that are passed on to others (readers, writers, Spark) and their values are held against
 * {@code spark.redaction.regex}. Settings of Embark itself are none, even though {@code batch-tokens} matches Spark's
 * default pattern; only a password within an address is taken out of them.
 */
final class Redaction {
    /** Spark's own default, see org.apache.spark.internal.config.SECRET_REDACTION_PATTERN. */
    private static final String DEFAULT = "(?i)secret|password|token|access[.]?key";

    private static final String MASK = "*********(redacted)";
    private static final Pattern ADDRESS = Pattern.compile("(?<=://)[^/@\\s:]+:[^/@\\s]+(?=@)");

    private final Pattern pattern;
    private final Set<String> own;

    Redaction(Map<String, String> sparkConf) {
        this.pattern = compile(sparkConf.getOrDefault("spark.redaction.regex", DEFAULT));
        this.own = JobCommand.settingsOfAll().stream().map(Option::key).collect(Collectors.toSet());
    }

    /** The value as people may see it. */
    String show(String key, String value) {
        if (!own.contains(key)
                && (pattern.matcher(key).find() || pattern.matcher(value).find())) {
            return MASK;
        }

        return ADDRESS.matcher(value).replaceAll(MASK);
    }

    private static Pattern compile(String regex) {
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            // Spark itself refuses such a pattern with its own words when the session starts.
            return Pattern.compile(DEFAULT);
        }
    }
}
