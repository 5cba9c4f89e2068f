/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.settings;

import io.embark.Option;
import io.embark.base.Redaction;
import io.embark.job.session.SparkKeys;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What one run must not give away: the secrets among its settings, wherever somebody repeats them, and the literals of its
 * queries. Immutable.
 *
 * <p>Whether a setting that is passed on to others (readers, writers, Spark) is a secret is told by {@link Redaction} and by {@code
 * spark.redaction.regex}, which is held against its value too where somebody chose it. Settings of Embark itself are none, even though {@code
 * batch-tokens} matches Spark's default; what their values look like tells.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class RunSecrets {
    /** Nothing but what a text shows by its form. */
    public static final RunSecrets NONE = new RunSecrets(Optional.empty(), Set.of(), Set.of());

    private static final String LITERAL = "***";

    private static final Pattern KEYS_OF_SPARK = Pattern.compile(SparkKeys.SECRET);

    /** Options of readers that hold SQL. */
    private static final Pattern QUERY = Pattern.compile(
            "(query|sql|dbtable|statement|where|predicates?|filter|condition)$", Pattern.CASE_INSENSITIVE);

    /** An argument that names a setting; what stands behind the sign, or else in the next argument, is its value. */
    private static final Pattern ENTRY = Pattern.compile("(?:--[\\w-]+=)?([\\w.-]+)(?:[=:\\s]+(.*))?", Pattern.DOTALL);

    /** Shorter ones stand in too many words to be taken out of them, and give nobody away. */
    private static final int SHORTEST_LITERAL = 3;

    private static final int SHORTEST_SECRET = 4;

    private static final int SHORTEST_WITHIN_WORDS = 8;

    private static final Set<String> OWN =
            JobCommand.settingsOfAll().stream().map(Option::key).collect(Collectors.toSet());

    /** {@code spark.redaction.regex}, where somebody chose one. */
    private final Optional<Pattern> chosen;

    /** The longest first, since one may be part of another. */
    private final List<String> secrets;

    private final List<String> literals;

    private RunSecrets(Optional<Pattern> chosen, Collection<String> secrets, Collection<String> literals) {
        this.chosen = chosen;
        this.secrets = longestFirst(secrets.stream()
                .filter(secret -> secret.length() >= SHORTEST_SECRET && !secret.matches("(?i)true|false|none|null"))
                .flatMap(secret -> Stream.of(secret, URLEncoder.encode(secret, StandardCharsets.UTF_8))));
        this.literals = longestFirst(literals.stream()
                .flatMap(literal -> Stream.of(literal, unescaped(literal)))
                .filter(literal -> literal.length() >= SHORTEST_LITERAL && literal.matches("(?s).*\\w.*\\w.*")));
    }

    private static List<String> longestFirst(Stream<String> texts) {
        return texts.distinct()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    private static String unescaped(String literal) {
        return literal.replace("''", "'").replaceAll("(?s)\\\\(.)", "$1");
    }

    /** Those of a command line that may be wrong: its values are told from its keys before anything else is read of it. */
    public static RunSecrets ofCommandLine(String... arguments) {
        Set<String> secrets = new TreeSet<>();
        Set<String> literals = new TreeSet<>();
        for (int i = 0; i < arguments.length; i++) {
            secrets.addAll(Redaction.secrets(arguments[i]));
            String next = i + 1 < arguments.length ? arguments[i + 1] : "";
            Matcher entry = ENTRY.matcher(arguments[i]);
            if (entry.matches() && Redaction.isSecret(entry.group(1))) {
                boolean hasValue = entry.group(2) != null && !entry.group(2).isEmpty();
                secrets.add(hasValue ? entry.group(2) : next.startsWith("--") ? "" : next);
            }
            if (isQuery(arguments[i].replaceFirst("^--", ""))) {
                literals.addAll(Redaction.literals(next));
            }
        }
        return new RunSecrets(Optional.empty(), secrets, literals);
    }

    /**
     * Those of settings.
     *
     * @param chosen the settings of the command by key, that of an entry with its name: {@code sink-option.password}
     * @param sparkConf the configuration for Spark
     */
    public static RunSecrets of(Map<String, String> chosen, Map<String, String> sparkConf) {
        Optional<Pattern> regex =
                Optional.ofNullable(sparkConf.get("spark.redaction.regex")).flatMap(RunSecrets::compiled);
        RunSecrets known = new RunSecrets(regex, Set.of(), Set.of());
        Set<String> secrets = new TreeSet<>();
        Set<String> literals = new TreeSet<>();
        Stream.concat(chosen.entrySet().stream(), sparkConf.entrySet().stream()).forEach(setting -> {
            if (known.isSecret(setting.getKey(), setting.getValue())) {
                secrets.add(setting.getValue());
            } else if (isQuery(setting.getKey())) {
                literals.addAll(Redaction.literals(setting.getValue()));
            }
            secrets.addAll(Redaction.secrets(setting.getValue()));
        });
        return new RunSecrets(regex, secrets, literals);
    }

    private static Optional<Pattern> compiled(String regex) {
        try {
            return Optional.of(Pattern.compile(regex));
        } catch (PatternSyntaxException e) {
            // Spark itself refuses such a pattern with its own words when the session starts.
            return Optional.empty();
        }
    }

    private boolean isSecret(String key, String value) {
        return !OWN.contains(key)
                && !key.startsWith("spark.redaction.")
                && (Redaction.isSecret(key)
                        || KEYS_OF_SPARK.matcher(key).find()
                        || chosen.filter(regex -> regex.matcher(key).find()
                                        || regex.matcher(value).find())
                                .isPresent());
    }

    private static boolean isQuery(String key) {
        return OWN.contains(key)
                ? key.equals(JobSettings.SQL.key()) || key.equals(JobSettings.WHERE.key())
                : QUERY.matcher(key).find();
    }

    /** These with more literals of the same queries, such as those that Spark made of them. */
    public RunSecrets withLiterals(Collection<String> more) {
        return new RunSecrets(
                chosen, secrets, Stream.concat(literals.stream(), more.stream()).toList());
    }

    /** The value of a setting as people may see it. */
    public String value(String key, String value) {
        if (isSecret(key, value)) {
            return Redaction.MASK;
        }
        return text(isQuery(key) ? Redaction.query(value) : value);
    }

    /** A text of ours as people may see it. */
    public String text(String text) {
        String shown = Redaction.text(text);
        for (String secret : secrets) {
            shown = without(shown, secret, Redaction.MASK);
        }
        return shown;
    }

    /** A text of Spark or of a library, which may quote a query: what {@link #text} shows without the literals of queries. */
    public String foreign(String text) {
        String shown = text(text);
        for (String literal : literals) {
            shown = without(shown, literal, LITERAL);
        }
        return shown;
    }

    private static String without(String text, String value, String mask) {
        // A short one as a word of its own, so that 'art' is not taken out of 'part', nor the name of a column out of
        // name#1.
        boolean word = value.length() < SHORTEST_WITHIN_WORDS;
        String before = word && Character.isLetterOrDigit(value.charAt(0)) ? "(?<!\\w)" : "";
        String after = word && Character.isLetterOrDigit(value.charAt(value.length() - 1)) ? "(?![\\w#])" : "";
        String whole = Pattern.compile(before + Pattern.quote(value) + after)
                .matcher(text)
                .replaceAll(Matcher.quoteReplacement(mask));
        return withoutStart(whole, value, mask);
    }

    /** Spark cuts what is too long for it, and a start of a value may be all that stands there. */
    private static String withoutStart(String text, String value, String mask) {
        StringBuilder shown = new StringBuilder(text);
        for (int dots = shown.indexOf("..."); dots >= 0; dots = shown.indexOf("...", dots + 1)) {
            int length = Math.min(dots, value.length() - 1);
            while (length >= SHORTEST_SECRET && !value.startsWith(shown.substring(dots - length, dots))) {
                length--;
            }
            if (length >= SHORTEST_SECRET) {
                shown.replace(dots - length, dots, mask);
                dots += mask.length() - length;
            }
        }
        return shown.toString();
    }
}
