/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.base;

import static java.util.regex.Pattern.CASE_INSENSITIVE;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes secrets out of what people and logs get to see. A secret is known by the name of the setting that it is the value of, or
 * by the form of the address or text that it stands in; whoever knows the secrets of a run takes those out as well.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Redaction {
    /** What stands in place of a secret, as in Spark. */
    public static final String MASK = "*********(redacted)";

    /** Words of secret keys, for whoever takes a pattern: those that Spark and Hadoop know by default, and more. */
    public static final String KEYS = "(?i)"
            + String.join(
                    "|",
                    "secret|passw|passphrase|passcode|passkey|pwd|credential|(?<![a-z])pass(?![a-z])",
                    "token(?!s|iz)|(auth|access|session|refresh|bearer|api|id)[._-]?tokens",
                    "(access|api|account|encryption|private|secret|shared|storage|signing|signature|master|auth|session"
                            + "|subscription|ssh|rsa|pem|cipher|license|admin|service|function|host|footer)[._-]?key",
                    "key[._-]?list|conn(ection)?[._-]?str(ing)?|signature|authorization|bearer|cookie|user[._-]?info",
                    "(?<![a-z])(sig|sas|jaas)(?![a-z])|server-side-encryption\\.key|fs\\.(azure|adl)\\.oauth2");

    /** The most usual forms of secrets within a text, for whoever takes a pattern; {@link #text} knows more. */
    public static final String TEXTS = "(?<=://)[^/@\\s:]{1,200}:[^/@\\s]{1,200}(?=@)"
            + "|(?i)(?<=[?&;](password|pwd|sig|access_token|X-Amz-Signature)=)[^&;\\s]++"
            + "|(?<=jdbc:oracle:(thin|oci8?):)[^/@\\s]{1,200}/[^/@\\s]{1,200}(?=@)";

    private static final Pattern SECRET_KEY = Pattern.compile(KEYS);

    /** Keys that speak of a secret and hold none. */
    private static final Pattern ABOUT_A_SECRET = Pattern.compile(
            "(?:[._-]|(?<=[a-z0-9])(?=[A-Z]))(?i:type|provider|providers|class|algorithm|bits|length|enabled|required|ttl"
                    + "|timeout|interval|path|file|endpoint)$|(?i:keyprovider)");

    /** Names that say something only within the query of an address. */
    private static final Pattern SECRET_PARAMETER = Pattern.compile("key|code|auth|policy", CASE_INSENSITIVE);

    /** What stands before the value in {@code name=value}, {@code name -> value} and {@code "name": "value"}. */
    private static final Pattern NAME =
            Pattern.compile("(?<![\\w.-])(?<name>[\\w.-]++)(?:\\s?(?:={1,3}|->)\\s?|\"\\s?:\\s?(?=\"))");

    private static final Pattern VALUE = Pattern.compile(
            "\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"?|'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+'?|\\{[^}]*+}?|[^&;\\s'\"<>]++",
            Pattern.DOTALL);

    /** Says where a secret stands, or that it stands somewhere, and is none. */
    private static final Pattern ELSEWHERE = Pattern.compile("env:[A-Za-z_]\\w*+|file:[\\w./-]++|\\.{3}");

    private static final Pattern HEADER = Pattern.compile(
            "\\b(?<name>(?:proxy-)?authorization|x-api-key|api-key|(?:set-)?cookie):\\s*"
                    + "(?<value>(?:(?:basic|bearer|digest|token)\\s+)?[^\\s'\"]++)",
            CASE_INSENSITIVE);

    /** What is a secret as a whole, or has one as its group. */
    private static final List<Pattern> FORMS = List.of(
            Pattern.compile("(?<=\\bhttps?://)([^\\s/@:'\"<>?#]++)(?=@)", CASE_INSENSITIVE),
            // Keys that tell by themselves that they are some: of Hugging Face, AWS, GitHub, GitLab, and JSON web
            // tokens.
            Pattern.compile("(?<!\\w)(?:hf_[A-Za-z0-9]{16,}|A[KS]IA[0-9A-Z]{16}|gh[pousr]_\\w{30,}|glpat-[\\w-]{16,}"
                    + "|eyJ[\\w-]{8,}\\.[\\w-]{8,}\\.[\\w-]*)"),
            Pattern.compile("-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*+(?:-----END [A-Z ]{0,40}-----)?"));

    private Redaction() {}

    /** Whether the value of a setting of this name is a secret. */
    public static boolean isSecret(String key) {
        return SECRET_KEY.matcher(key).find() && !ABOUT_A_SECRET.matcher(key).find();
    }

    /** A text, such as a path, an address or a message, without the secrets that its form gives away. */
    public static String text(String text) {
        return replaced(text, new ArrayList<>());
    }

    /** The secrets that {@link #text} takes out of a text: where somebody else repeats them, nothing may give them away. */
    public static List<String> secrets(String text) {
        List<String> found = new ArrayList<>();
        replaced(text, found);
        return found;
    }

    /** A query or condition in SQL without the literals that may tell of a person or hold a secret. */
    public static String query(String sql) {
        return text(SqlLiterals.of(sql).masked());
    }

    /** The literals that {@link #query} takes out of a query, as their values. */
    public static List<String> literals(String sql) {
        return SqlLiterals.of(sql).values();
    }

    /** The stack trace of an exception, as it can stand in a log. */
    public static String trace(Throwable thrown) {
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace, true));
        return text(trace.toString().stripTrailing());
    }

    private static String replaced(String text, List<String> found) {
        String result = Logins.masked(text, MASK, found);
        for (Pattern form : FORMS) {
            result = replaced(result, form, found);
        }
        result = replacedHeaders(result, found);
        return replacedNamed(result, found);
    }

    private static String replaced(String text, Pattern form, List<String> found) {
        return form.matcher(text).replaceAll(match -> {
            found.add(match.groupCount() == 0 ? match.group() : match.group(1));
            return Matcher.quoteReplacement(MASK);
        });
    }

    private static String replacedHeaders(String text, List<String> found) {
        return HEADER.matcher(text).replaceAll(match -> {
            found.add(match.group(2).replaceFirst("^\\w+\\s+", ""));
            return Matcher.quoteReplacement(match.group(1) + ": " + MASK);
        });
    }

    private static String replacedNamed(String text, List<String> found) {
        Matcher names = NAME.matcher(text);
        Matcher values = VALUE.matcher(text);
        StringBuilder result = new StringBuilder();
        int done = 0;
        int from = 0;
        while (names.find(from)) {
            // A value that is no secret may hold names of its own: url=jdbc:...?password=x.
            from = names.end();
            if (isSecret(names, text) && values.region(from, text.length()).lookingAt()) {
                String value = values.group();
                from = values.end();
                if (!unquoted(value).startsWith(MASK)
                        && !ELSEWHERE.matcher(unquoted(value)).matches()) {
                    found.add(unquoted(value));
                    result.append(text, done, values.start()).append(masked(value));
                    done = from;
                }
            }
        }
        return result.append(text, done, text.length()).toString();
    }

    private static boolean isSecret(Matcher names, String text) {
        String name = names.group("name");
        boolean isParameter = names.start() > 0 && "?&".indexOf(text.charAt(names.start() - 1)) >= 0;
        return isSecret(name) || (isParameter && SECRET_PARAMETER.matcher(name).matches());
    }

    /** The mask, in the quotes that stood around the value. */
    private static String masked(String value) {
        char first = value.charAt(0);
        String quote = first == '"' || first == '\'' ? String.valueOf(first) : "";
        return quote + MASK + quote;
    }

    private static String unquoted(String value) {
        return value.replaceAll("^[\"'{]|[\"'}]$", "");
    }
}
