/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.ErrorCode;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is expected was computed by Python 3.11.7: {@code _transport_for_url} of a client of httpx2 2.16.2, which
 * huggingface_hub 2.4.0 uses, and {@code urllib.request.proxy_bypass_environment}.
 */
class ProxyVariablesTest {
    private static final URI HUB = URI.create("https://hub.example/");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTPS_PROXY=p:1                    | p:1",
                "https_proxy=p:1 HTTPS_PROXY=q:2    | p:1",
                "https_proxy= HTTPS_PROXY=q:2       | direct",
                "Https_Proxy=p:1                    | p:1",
                "HTTP_PROXY=p:1                     | direct",
                "ALL_PROXY=p:1                      | p:1",
                "all_proxy=p:1                      | p:1",
                "ALL_PROXY=p:1 HTTPS_PROXY=q:2      | q:2",
                "https_proxy= ALL_PROXY=p:1         | p:1",
                "HTTPS_PROXY=http://p               | p:80",
                "HTTPS_PROXY=http://p:              | p:80",
                "HTTPS_PROXY=HTTP://p:1/            | p:1",
                "HTTPS_PROXY=http://my_proxy:1      | my_proxy:1",
                "HTTPS_PROXY=http://[::1]:3128      | ::1:3128",
                "HTTPS_PROXY=http://me:pw@p:1       | p:1",
                "HTTPS_PROXY=me:p@w@p:1             | p:1",
                "HTTPS_PROXY=p:1 NO_PROXY=hub.example no_proxy=x | p:1",
                "HTTPS_PROXY=p:1 NO_PROXY=hub.example no_proxy=  | p:1",
                "''                                 | direct",
            })
    void nameTheProxyThatTheyNameInPython(String variables, String proxy) {
        assertThat(way(variables(variables), HUB)).isEqualTo(proxy);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hub.example                    | https://hub.example/a        | direct",
                "hub.example                    | https://www.hub.example/     | direct",
                "hub.example                    | https://wwwhub.example/      | proxy",
                "hub.example                    | http://hub.example:8080/     | direct",
                ".hub.example                   | https://www.hub.example/     | direct",
                "*.hub.example                  | https://hub.example/         | proxy",
                "*hub.example                   | https://hub.example/         | proxy",
                "*                              | https://hub.example/         | direct",
                "HUB.example                    | https://hub.EXAMPLE/         | direct",
                "a.example , hub.example        | https://hub.example/         | direct",
                ",,                             | https://hub.example/         | proxy",
                "hub.example:8080               | http://hub.example:8080/     | direct",
                "hub.example:8080               | http://www.hub.example:8080/ | direct",
                "hub.example:8080               | http://hub.example/          | proxy",
                "hub.example:443                | https://hub.example/         | proxy",
                "https://hub.example            | http://hub.example/          | proxy",
                "https://hub.example            | https://www.hub.example/     | proxy",
                "example                        | https://hub.example/         | direct",
                "localhost                      | http://localhost:8080/       | direct",
                "localhost                      | http://127.0.0.1/            | proxy",
                "localhost:8080                 | http://localhost:8080/       | direct",
                "LocalHost                      | http://localhost/            | direct",
                "127.0.0.1                      | http://127.0.0.1:8080/       | direct",
                "127.0.0.1:8080                 | http://127.0.0.1:8080/       | direct",
                "127.0.0.1:8080                 | http://127.0.0.1:8081/       | proxy",
                "10.0.0.0/8                     | http://11.0.0.1/             | proxy",
                "10.0.0.0/33                    | http://10.0.0.1/             | proxy",
                "10.0.0.0/8                     | http://ten.example/          | proxy",
                "10.0.0.0/255.0.0.0             | http://10.0.0.1/             | proxy",
                "10.                            | http://10.0.0.1/             | proxy",
                "10.0.0.0/9                     | http://10.128.0.1/           | proxy",
                "[::1]                          | http://[::1]:8080/           | direct",
                "[::1]:8080                     | http://[::1]:8080/           | direct",
                "[::1]:8080                     | http://[::1]/                | proxy",
                "::1                            | http://[::2]/                | proxy",
                "fe80::/10                      | http://[fd00::1]/            | proxy",
                "0:0:0:0:0:0:0:1                | http://[::1]/                | proxy",
                "hub.example/8                  | https://hub.example/         | proxy",
                ":8080                          | http://hub.example/          | proxy",
                "hub.example:x                  | https://hub.example/         | proxy",
                "https://                       | http://hub.example/          | proxy",
                "hub.example.                   | https://hub.example/         | proxy",
                "https://10.0.0.0/8             | http://10.1.1.1/             | proxy",
                "hub.example/                   | https://hub.example/         | proxy",
                "010.0.0.1                      | http://10.0.0.1/             | proxy",
                "localhost,127.0.0.1,::1        | http://127.0.0.1:7/          | direct",
                "*:8080                         | http://hub.example:8080/     | proxy",
                "hub.example,other              | https://other/               | direct",
                "ftp://hub.example              | https://hub.example/         | proxy",
                ": | https://hub.example/ | proxy",
                "http://* | http://hub.example/ | proxy",
            })
    void makeExceptionsAsPythonDoes(String noProxy, URI address, String way) {
        assertException(noProxy, address, way);
    }

    /** urllib says the opposite of each. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ".hub.example                   | https://hub.example/         | proxy",
                "*.hub.example                  | https://www.hub.example/     | direct",
                "a.example,*                    | https://hub.example/         | direct",
                "hub.example:443                | https://hub.example:443/     | proxy",
                "https://hub.example:443        | https://hub.example/         | direct",
                "https://hub.example            | https://hub.example/         | direct",
                "https://*.hub.example          | https://www.hub.example/     | direct",
                "localhost                      | http://a.localhost/          | proxy",
                "127.0.0.0/8                    | http://127.1.2.3/            | direct",
                "10.0.0.1/8                     | http://10.9.9.9/             | direct",
                "10.0.0.0/9                     | http://10.127.0.1/           | direct",
                "0.0.0.0/0                      | http://8.8.8.8/              | direct",
                "::1                            | http://[::1]:8080/           | direct",
                "fe80::/10                      | http://[fe80::1]/            | direct",
                "[fe80::]/10                    | http://[fe80::1]/            | direct",
                ":8080                          | http://hub.example:8080/     | direct",
                "https://                       | https://hub.example/         | direct",
                "https://10.0.0.0/8             | https://10.1.1.1/            | direct",
                "10.0.0.1/                      | http://10.0.0.1/             | direct",
                "10.0.0.0/08                    | http://10.9.9.9/             | direct",
                "*.hub.example                  | https://a.b.hub.example/     | direct",
                "all://hub.example              | http://hub.example/          | direct",
                "hub.example: | http://hub.example/ | direct",
            })
    void makeExceptionsAsTheClientOfHuggingfaceHubWhereUrllibDiffers(String noProxy, URI address, String way) {
        assertException(noProxy, address, way);
    }

    @ParameterizedTest
    @CsvSource({"me:pa%40ss, me:pa@ss", "me, me:", ":pw, :pw", "a+b:p^w%25, a+b:p^w%", "m%C3%BC:%3A, m\u00fc::"})
    void mayHaveAUserAndAPassword(String userInfo, String decoded) {
        HubProxy proxy = proxy("HTTP_PROXY", "http://%s@p:1".formatted(userInfo), "http://hub.example/");
        assertThat(proxy.authorization(URI.create("http://hub.example/")))
                .contains("Basic " + Base64.getEncoder().encodeToString(decoded.getBytes(StandardCharsets.UTF_8)));
        assertThat(proxy).hasToString("p:1 of HTTP_PROXY");
    }

    @Test
    void mayHaveNoPasswordThatJavaKeepsBack() {
        HubProxy proxy = proxy("https_proxy", "me:secret@p:1", "https://hub.example/");
        assertRefused(
                () -> proxy.authorization(HUB),
                ErrorCode.OPTION_INVALID,
                "environment variable https_proxy: its user and password may not be sent",
                "Java keeps them back, since they reach the proxy unencrypted: "
                        + "its property jdk.http.auth.tunneling.disabledSchemes is 'Basic'.",
                "Add -Djdk.http.auth.tunneling.disabledSchemes= to the driver's Java options to allow it, "
                        + "or name a proxy without a password.");
        assertThat(proxy("https_proxy", "http://@p:1", "https://hub.example/").authorization(HUB))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "socks5://me:secret@p:1, socks5",
        "socks5h://p, socks5h",
        "SOCKS4://p:1, socks4",
        "https://me:secret@p:1, https"
    })
    void refuseProxiesThatJavaCannotUse(String value, String kind) {
        assertRefused(
                () -> proxy("ALL_PROXY", value, "https://hub.example/"),
                ErrorCode.OPTION_INVALID,
                "environment variable ALL_PROXY: a proxy of the kind '%s'".formatted(kind),
                "Java reaches a hub through proxies that speak plain HTTP; https goes through them in a tunnel.",
                "Name such a proxy, as http://host:port, or put the hub's host into NO_PROXY if it needs none.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://me:secret@p:1",
                "http://me:secret@p:x",
                "http://me:secret@p:99999",
                "http://me:secret@p:0",
                "http://me:secret@:1",
                "http://me:secret@",
                "http://me:sec#secret@p:1",
                "http://me:secret%zz@p:1",
                "http:secret:1",
                "//secret:1",
                "secret p:1",
            })
    void refuseWhatNamesNoProxyWithoutShowingIt(String value) {
        assertRefused(
                () -> proxy("HTTPS_PROXY", value, "https://hub.example/"),
                ErrorCode.OPTION_INVALID,
                "environment variable HTTPS_PROXY: not the address of a proxy",
                "It is http://, perhaps <user>:<password>@, a host and a port; the value is not shown, as it may be secret.",
                "Correct it, with %XX in place of special characters of user and password, or unset it.");
    }

    @Test
    void areNotReadBeforeTheyCount() {
        ProxyVariables proxies = ProxyVariables.from(Map.of(
                "HTTP_PROXY", "socks5://p:1", "ALL_PROXY", "nonsense://", "NO_PROXY", "hub.example,plain.example"));
        assertThat(proxies.proxy(HUB)).isEmpty();
        assertThat(proxies.proxy(URI.create("http://plain.example/"))).isEmpty();
        assertThatThrownBy(() -> proxies.proxy(URI.create("http://other.example/")))
                .hasMessageStartingWith("environment variable HTTP_PROXY: a proxy of the kind 'socks5'\n");
    }

    @Test
    void comeAfterWhatJavaWasTold() {
        ProxyVariables proxies = ProxyVariables.from(Map.of("HTTPS_PROXY", "p:1", "HTTP_PROXY", "q:2"));
        System.setProperty("https.proxyHost", "java.example");
        System.setProperty("https.proxyPort", "3");
        try {
            assertThat(proxies.proxy(HUB).orElseThrow()).hasToString("java.example:3 of -Dhttps.proxyHost");
            // Java's http.nonProxyHosts has it by default, for both schemes.
            assertThat(proxies.proxy(URI.create("https://localhost/"))).isEmpty();
            assertThat(proxies.proxy(URI.create("http://localhost/")).orElseThrow())
                    .hasToString("q:2 of HTTP_PROXY");
        } finally {
            System.clearProperty("https.proxyHost");
            System.clearProperty("https.proxyPort");
        }
        assertThat(proxies.proxy(HUB).orElseThrow()).hasToString("p:1 of HTTPS_PROXY");
    }

    @Test
    void answerJavaInItsTerms() {
        ProxyVariables proxies = ProxyVariables.from(Map.of("HTTPS_PROXY", "http://me:secret@p:1"));
        assertThat(proxies.select(HUB))
                .containsExactly(new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved("p", 1)));
        assertThat(proxies.select(URI.create("http://hub.example/"))).containsExactly(Proxy.NO_PROXY);
        assertThat(proxies).hasToString("ProxyVariables[http=none, https=HTTPS_PROXY, all=none]");
    }

    private static void assertException(String noProxy, URI address, String way) {
        String expected = way.equals("direct") ? "direct" : address.getScheme().equals("https") ? "p:1" : "q:2";
        assertThat(way(Map.of("HTTPS_PROXY", "p:1", "HTTP_PROXY", "q:2", "NO_PROXY", noProxy), address))
                .isEqualTo(expected);
    }

    private static HubProxy proxy(String variable, String value, String address) {
        return ProxyVariables.from(Map.of(variable, value))
                .proxy(URI.create(address))
                .orElseThrow();
    }

    private static String way(Map<String, String> environment, URI address) {
        Optional<HubProxy> proxy = ProxyVariables.from(environment).proxy(address);
        return proxy.map(known -> known.host() + ":" + known.port()).orElse("direct");
    }

    private static Map<String, String> variables(String text) {
        return Pattern.compile("(\\w+)=(\\S*)")
                .matcher(text)
                .results()
                .collect(Collectors.toMap(variable -> variable.group(1), variable -> variable.group(2)));
    }
}
