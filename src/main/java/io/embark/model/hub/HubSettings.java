/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import static java.util.Objects.requireNonNull;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.model.files.ModelProblem;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which hub to ask and where to keep its files, as the environment variables of huggingface_hub say ({@code constants.py}),
 * so that both use one cache. Immutable; the text of it never shows the token.
 *
 * @param endpoint the address of the hub, without a {@code /} at its end
 * @param token sent to the endpoint, and to nobody else
 * @param cache the folder that huggingface_hub calls the hub cache
 * @param offline whether only the cache may be used
 * @param symlinks whether a snapshot links to the blobs; else it has copies
 * @param metadataTimeout how long to wait for a connection, and for an answer about a model
 * @param downloadTimeout how long to wait for the next bytes of a file, and by which their pace is bounded
 * @param pause how long to wait before the second attempt; each further one waits twice as long
 * @param proxies which addresses are reached through which proxy
 * @hidden Public for Embark's other rooms only.
 */
public record HubSettings(
        String endpoint,
        Optional<String> token,
        Path cache,
        boolean offline,
        boolean symlinks,
        Duration metadataTimeout,
        Duration downloadTimeout,
        Duration pause,
        ProxyVariables proxies) {
    private static final String ENDPOINT = "HF_ENDPOINT";
    private static final String DEFAULT_ENDPOINT = "https://huggingface.co";
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");
    private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{(\\w+)}|(\\w+))");

    /** Refuses null. */
    public HubSettings {
        requireNonNull(endpoint, "endpoint is null");
        requireNonNull(token, "token is null");
        requireNonNull(cache, "cache is null");
        requireNonNull(metadataTimeout, "metadataTimeout is null");
        requireNonNull(downloadTimeout, "downloadTimeout is null");
        requireNonNull(pause, "pause is null");
        requireNonNull(proxies, "proxies is null");
    }

    /**
     * What the environment of this process says.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if a variable has a value that cannot be used
     */
    public static HubSettings fromEnvironment() {
        return from(System.getenv(), System.getProperty("user.home", ""));
    }

    /**
     * What an environment says.
     *
     * @param environment variables by name
     * @param home the user's home
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if a variable has a value that cannot be used
     */
    static HubSettings from(Map<String, String> environment, String home) {
        Variables variables = new Variables(environment, home);
        Path hfHome = variables
                .path("HF_HOME")
                .or(() -> variables.path("XDG_CACHE_HOME").map(path -> path.resolve("huggingface")))
                .orElseGet(() -> Path.of(home, ".cache", "huggingface"));
        Path cache = variables
                .path("HF_HUB_CACHE")
                .or(() -> variables.path("HUGGINGFACE_HUB_CACHE"))
                .orElseGet(() -> hfHome.resolve("hub"));
        return new HubSettings(
                endpoint(variables.text(ENDPOINT).orElse(DEFAULT_ENDPOINT)),
                variables.flag("HF_HUB_DISABLE_IMPLICIT_TOKEN")
                        ? Optional.empty()
                        : HubToken.find(
                                variables::text,
                                variables.path("HF_TOKEN_PATH").orElseGet(() -> hfHome.resolve("token"))),
                cache.toAbsolutePath().normalize(),
                variables.text("HF_HUB_OFFLINE").isPresent()
                        ? variables.flag("HF_HUB_OFFLINE")
                        : variables.flag("TRANSFORMERS_OFFLINE"),
                !variables.flag("HF_HUB_DISABLE_SYMLINKS"),
                variables.seconds("HF_HUB_ETAG_TIMEOUT"),
                variables.seconds("HF_HUB_DOWNLOAD_TIMEOUT"),
                PAUSE,
                ProxyVariables.from(environment));
    }

    /** Shows whether there is a token, and never the token, nor the password of a proxy. */
    @Override
    public String toString() {
        return "HubSettings[endpoint=%s, token=%s, cache=%s, offline=%s, symlinks=%s, metadataTimeout=%s, downloadTimeout=%s, proxies=%s]"
                .formatted(
                        endpoint,
                        token.isPresent() ? "set" : "none",
                        cache,
                        offline,
                        symlinks,
                        metadataTimeout,
                        downloadTimeout,
                        proxies);
    }

    private static String endpoint(String value) {
        String trimmed = value.replaceAll("/+$", "");
        try {
            URI uri = URI.create(trimmed);
            boolean web = Set.of("http", "https")
                    .contains(String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT));
            if (web
                    && uri.getHost() != null
                    && Stream.of(uri.getRawUserInfo(), uri.getRawQuery(), uri.getRawFragment())
                            .allMatch(part -> part == null)) {
                return trimmed;
            }
        } catch (IllegalArgumentException e) {
            // No address: refused below.
        }
        // What stands before an @ may be a password.
        String shown = value.contains("@") ? "..." + value.substring(value.lastIndexOf('@')) : value;
        throw HubProblem.variable(
                ENDPOINT,
                "'%s' is not the address of a hub".formatted(ModelProblem.show(shown)),
                "It is http:// or https://, a host and perhaps a port and a path, and nothing else.",
                "Correct it, or unset it for %s.".formatted(DEFAULT_ENDPOINT));
    }

    /** The environment; a variable that is empty counts as not set. */
    private record Variables(Map<String, String> byName, String home) {
        Optional<String> text(String name) {
            return Optional.ofNullable(byName.get(name)).map(String::strip).filter(value -> !value.isEmpty());
        }

        boolean flag(String name) {
            return text(name)
                    .map(value -> TRUE.contains(value.toUpperCase(Locale.ROOT)))
                    .orElse(false);
        }

        Duration seconds(String name) {
            return text(name)
                    .map(value -> {
                        if (!value.matches("[0-9]{1,6}")) {
                            throw HubProblem.variable(
                                    name,
                                    "'%s' is not a number of seconds".formatted(ModelProblem.show(value)),
                                    "It is a whole number, at most 6 digits long.",
                                    "Correct it, or unset it for %s.".formatted(DEFAULT_TIMEOUT.toSeconds()));
                        }
                        return Duration.ofSeconds(Long.parseLong(value));
                    })
                    // huggingface_hub takes 0 for "not set" as well.
                    .filter(duration -> !duration.isZero())
                    .orElse(DEFAULT_TIMEOUT);
        }

        Optional<Path> path(String name) {
            return text(name).map(value -> {
                try {
                    return Path.of(expand(value));
                } catch (InvalidPathException e) {
                    throw HubProblem.variable(
                            name,
                            "'%s' is not a path".formatted(ModelProblem.show(value)),
                            "The system says: %s.".formatted(ModelProblem.show(e.getMessage())),
                            "Correct it, or unset it.");
                }
            });
        }

        /** As Python's expanduser and expandvars do. */
        private String expand(String value) {
            String fromHome = value.equals("~") || value.startsWith("~/") ? home + value.substring(1) : value;
            return VARIABLE.matcher(fromHome).replaceAll(found -> {
                String name = found.group(1) == null ? found.group(2) : found.group(1);
                return Matcher.quoteReplacement(byName.getOrDefault(name, found.group()));
            });
        }
    }
}
