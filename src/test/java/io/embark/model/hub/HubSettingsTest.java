/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubSettingsTest {
    private static final String TOKEN = "hf_abcDEF123";

    @TempDir
    Path home;

    @Test
    void areThoseOfHuggingfaceHubByDefault() {
        HubSettings settings = settings(Map.of());
        assertThat(settings.endpoint()).isEqualTo("https://huggingface.co");
        assertThat(settings.token()).isEmpty();
        assertThat(settings.cache()).isEqualTo(home.resolve(".cache/huggingface/hub"));
        assertThat(settings.offline()).isFalse();
        assertThat(settings.symlinks()).isTrue();
        assertThat(settings.metadataTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.downloadTimeout()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void findTheCacheInTheOrderOfHuggingfaceHub() {
        Map<String, String> all = Map.of(
                "HF_HUB_CACHE", "/a",
                "HUGGINGFACE_HUB_CACHE", "/b",
                "HF_HOME", "/c",
                "XDG_CACHE_HOME", "/d");
        assertThat(settings(all).cache()).isEqualTo(Path.of("/a"));
        assertThat(settings(without(all, "HF_HUB_CACHE")).cache()).isEqualTo(Path.of("/b"));
        assertThat(settings(Map.of("HF_HOME", "/c", "XDG_CACHE_HOME", "/d")).cache())
                .isEqualTo(Path.of("/c/hub"));
        assertThat(settings(Map.of("XDG_CACHE_HOME", "/d")).cache()).isEqualTo(Path.of("/d/huggingface/hub"));
        assertThat(settings(Map.of("HF_HUB_CACHE", "", "HF_HOME", "/c")).cache())
                .isEqualTo(Path.of("/c/hub"));
    }

    @Test
    void expandHomeAndVariablesAsPythonDoes() {
        assertThat(settings(Map.of("HF_HOME", "~/hf")).cache()).isEqualTo(home.resolve("hf/hub"));
        assertThat(settings(Map.of("HF_HUB_CACHE", "$DATA/x/${USER_NAME}/$NONE", "DATA", "/data", "USER_NAME", "u\\1$"))
                        .cache())
                .isEqualTo(Path.of("/data/x/u\\1$/$NONE"));
    }

    @ParameterizedTest
    @CsvSource({"1, true", "on, true", "Yes, true", "TRUE, true", "0, false", "no, false", "' ', false"})
    void areOfflineIfEitherVariableSaysSo(String value, boolean offline) {
        assertThat(settings(Map.of("HF_HUB_OFFLINE", value)).offline()).isEqualTo(offline);
        assertThat(settings(Map.of("TRANSFORMERS_OFFLINE", value)).offline()).isEqualTo(offline);
    }

    @Test
    void readTheTokenFromTheEnvironmentElseFromTheFile() throws IOException {
        Files.createDirectories(home.resolve(".cache/huggingface"));
        Files.writeString(home.resolve(".cache/huggingface/token"), "hf_file\n");
        Files.writeString(home.resolve("other"), " hf_other ");
        assertThat(settings(Map.of()).token()).contains("hf_file");
        assertThat(settings(Map.of("HF_TOKEN_PATH", "~/other")).token()).contains("hf_other");
        assertThat(settings(Map.of("HUGGING_FACE_HUB_TOKEN", "hf_old")).token()).contains("hf_old");
        assertThat(settings(Map.of("HUGGING_FACE_HUB_TOKEN", "hf_old", "HF_TOKEN", TOKEN + "\n"))
                        .token())
                .contains(TOKEN);
        assertThat(settings(Map.of("HF_TOKEN", TOKEN, "HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"))
                        .token())
                .isEmpty();
    }

    @Test
    void neverShowTheToken() {
        HubSettings settings = settings(Map.of("HF_TOKEN", TOKEN));
        assertThat(settings.toString()).contains("token=set").doesNotContain(TOKEN);
        assertThat(settings(Map.of()).toString()).contains("token=none");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hf_a b", "hf_a\nb", "hf_\u00e9", "hf_a\u0001"})
    void refuseATokenThatIsNone(String token) {
        assertRefused(
                () -> settings(Map.of("HF_TOKEN", token)),
                ErrorCode.OPTION_INVALID,
                "environment variable HF_TOKEN: not a token",
                "A token has letters, digits and '_' only, such as hf_...; the value is not shown here.",
                "Copy the token again, or unset the variable.");
    }

    @Test
    void takeAnEndpointWithAPath() {
        assertThat(settings(Map.of("HF_ENDPOINT", "http://localhost:8080/hub//"))
                        .endpoint())
                .isEqualTo("http://localhost:8080/hub");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "ftp://a", "http://", "https://a?b", "https://a#b", "file:///a", "http://a b", "x"})
    void refuseWhatIsNoAddressOfAHub(String endpoint) {
        assertRefused(
                () -> settings(Map.of("HF_ENDPOINT", endpoint)),
                ErrorCode.OPTION_INVALID,
                "environment variable HF_ENDPOINT: '%s' is not the address of a hub".formatted(endpoint),
                "It is http:// or https://, a host and perhaps a port and a path, and nothing else.",
                "Correct it, or unset it for https://huggingface.co.");
    }

    @Test
    void neverShowThePasswordOfAnEndpoint() {
        assertThatThrownBy(() -> settings(Map.of("HF_ENDPOINT", "https://me:secret@host")))
                .hasMessageStartingWith("environment variable HF_ENDPOINT: '...@host' is not the address of a hub\n")
                .hasMessageNotContaining("secret");
    }

    @Test
    void readTimeoutsInSeconds() {
        HubSettings settings = settings(Map.of("HF_HUB_ETAG_TIMEOUT", "3", "HF_HUB_DOWNLOAD_TIMEOUT", "60"));
        assertThat(settings.metadataTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(settings.downloadTimeout()).isEqualTo(Duration.ofMinutes(1));
        assertThat(settings(Map.of("HF_HUB_ETAG_TIMEOUT", "0")).metadataTimeout())
                .isEqualTo(Duration.ofSeconds(10));
        assertRefused(
                () -> settings(Map.of("HF_HUB_ETAG_TIMEOUT", "-1")),
                ErrorCode.OPTION_INVALID,
                "environment variable HF_HUB_ETAG_TIMEOUT: '-1' is not a number of seconds",
                "It is a whole number, at most 6 digits long.",
                "Correct it, or unset it for 10.");
    }

    @Test
    void refuseACacheThatIsNoPath() {
        assertRefused(
                () -> settings(Map.of("HF_HOME", "a\u0000b")),
                ErrorCode.OPTION_INVALID,
                "environment variable HF_HOME: 'a\\u0000b' is not a path",
                "The system says: Nul character not allowed: a\\u0000b.",
                "Correct it, or unset it.");
    }

    private HubSettings settings(Map<String, String> environment) {
        return HubSettings.from(environment, home.toString());
    }

    private static Map<String, String> without(Map<String, String> all, String name) {
        Map<String, String> rest = new HashMap<>(all);
        rest.remove(name);
        return rest;
    }
}
