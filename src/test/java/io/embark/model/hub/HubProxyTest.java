/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.embark.ErrorCode;
import io.embark.model.ModelFolder;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.files.DownloadProgress;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hub behind a forward proxy; both are real, and on this host. */
class HubProxyTest {
    private static final HubReference MAIN = new HubReference(HubServer.ID, "main");
    private static final String TOKEN = "hf_secret123";
    private static final String GIVES_UP =
            "Check the network, the proxy (HTTPS_PROXY, -Dhttps.proxyHost) and HF_ENDPOINT; "
                    + "what arrived is kept, and the next run goes on there.";

    @TempDir
    Path temporary;

    private HubServer hub;
    private ForwardProxy proxy;

    @BeforeEach
    void publish() throws IOException {
        hub = HubServer.of(ModelFolderBuilder.in(temporary.resolve("tiny")).write());
        proxy = ForwardProxy.open();
    }

    @AfterEach
    void close() throws IOException {
        proxy.close();
        hub.close();
    }

    @Test
    void passesOnEveryRequest() {
        assertDownloaded(Map.of("HTTP_PROXY", proxy.host()));
        assertThat(proxy.heads()).hasSameSizeAs(hub.requests());
        assertThat(proxy.heads())
                .anyMatch(head -> head.startsWith(
                        "GET %s/api/models/org/tiny/revision/main?blobs=true HTTP/1.1\r\n".formatted(hub.endpoint())))
                .anyMatch(head -> head.startsWith(
                        "GET %s/blobs/model.safetensors?Signature=secret HTTP/1.1\r\n".formatted(hub.cdnEndpoint())));
    }

    @Test
    void carriesTheTokenToTheHubAlone() {
        assertDownloaded(Map.of("ALL_PROXY", "http://" + proxy.host()));
        assertThat(proxy.heads()).allSatisfy(head -> assertThat(head.contains(TOKEN))
                .isEqualTo(head.startsWith("GET " + hub.endpoint() + "/")));
        assertThat(hub.requests()).allSatisfy(request -> assertThat(request.hasToken())
                .isEqualTo(request.server().equals("hub")));
    }

    @Test
    void isLeftOutForTheHostsOfNoProxy() {
        assertDownloaded(Map.of("HTTP_PROXY", proxy.host(), "NO_PROXY", "other.example,localhost"));
        assertThat(proxy.heads())
                .hasSameSizeAs(hub.downloads(""))
                .allMatch(head -> head.startsWith("GET " + hub.cdnEndpoint() + "/blobs/"));
    }

    @Test
    void isNotAskedWhereEveryHostIsAnException() {
        assertDownloaded(Map.of("HTTP_PROXY", proxy.host(), "NO_PROXY", "*"));
        assertDownloaded(Map.of("HTTPS_PROXY", proxy.host()));
        assertThat(proxy.heads()).isEmpty();
    }

    @Test
    void opensToAUserAndAPassword() throws IOException {
        try (ForwardProxy closed = ForwardProxy.opensTo("me:p@ss")) {
            assertDownloaded(Map.of("HTTP_PROXY", "http://me:p%40ss@" + closed.host()));
            assertThat(hub.requests()).isNotEmpty().noneMatch(request -> request.headers()
                    .containsKey("Proxy-Authorization"));
        }
    }

    @Test
    void doesNotGiveItsPasswordToHostsThatNeedNoProxy() {
        assertDownloaded(Map.of("HTTP_PROXY", "http://me:secret@" + proxy.host(), "NO_PROXY", "localhost"));
        assertThat(proxy.heads()).isNotEmpty().allMatch(head -> head.contains("Proxy-Authorization: Basic "));
        assertThat(hub.requests())
                .filteredOn(request -> request.server().equals("hub"))
                .isNotEmpty()
                .noneMatch(request -> request.headers().containsKey("Proxy-Authorization"));
    }

    @Test
    void saysThatItWantsAPassword() throws IOException {
        try (ForwardProxy closed = ForwardProxy.opensTo("me:secret")) {
            assertRefused(
                    () -> open(Map.of("http_proxy", closed.host())),
                    ErrorCode.RUN_FAILED,
                    "proxy %s of http_proxy: wants a user and a password".formatted(closed.host()),
                    "It answers 407 and asks for: Basic realm=\"all\".",
                    "Set HTTP_PROXY=http://<user>:<password>@<host>:<port>, without -Dhttp.proxyHost; "
                            + "they are sent in the Basic scheme.");
            assertRefused(
                    () -> open(Map.of("http_proxy", "me:wrong@" + closed.host())),
                    ErrorCode.RUN_FAILED,
                    "proxy %s of http_proxy: does not take the user and password".formatted(closed.host()),
                    "It answers 407 and asks for: Basic realm=\"all\".",
                    "Correct them in http_proxy; they are sent in the Basic scheme.");
            assertRefused(
                    () -> open(Map.of("https_proxy", closed.host()), "https://localhost:1"),
                    ErrorCode.RUN_FAILED,
                    "proxy %s of https_proxy: wants a user and a password".formatted(closed.host()),
                    "It answers 407 and asks for: Basic realm=\"all\".",
                    "Set HTTPS_PROXY=http://<user>:<password>@<host>:<port>, without -Dhttps.proxyHost; "
                            + "they are sent in the Basic scheme.");
        }
        assertThat(hub.requests()).isEmpty();
    }

    @Test
    void isNamedWhereItIsDown() throws IOException {
        proxy.close();
        assertRefused(
                () -> open(Map.of("HTTP_PROXY", "http://me:secret@" + proxy.host())),
                ErrorCode.RUN_FAILED,
                "model %s: no success in 5 attempts".formatted(MAIN),
                "The last one ended with: the proxy %s of HTTP_PROXY: the connection was refused."
                        .formatted(proxy.host()),
                GIVES_UP);
        assertRefused(
                () -> open(Map.of("ALL_PROXY", proxy.host()), "https://localhost:1"),
                ErrorCode.RUN_FAILED,
                "model %s: no success in 5 attempts".formatted(MAIN),
                "The last one ended with: the proxy %s of ALL_PROXY: the connection was refused."
                        .formatted(proxy.host()),
                GIVES_UP);
    }

    @Test
    void isNamedWhereItDoesNotReachTheHub() {
        hub.close();
        assertRefused(
                () -> open(Map.of("HTTP_PROXY", proxy.host())),
                ErrorCode.RUN_FAILED,
                "model %s: no success in 5 attempts".formatted(MAIN),
                "The last one ended with: %s/api/models/org/tiny/revision/main answers 502 through the proxy %s of HTTP_PROXY."
                        .formatted(hub.endpoint(), proxy.host()),
                GIVES_UP);
        assertRefused(
                () -> open(Map.of("HTTPS_PROXY", proxy.host()), "https://localhost:1"),
                ErrorCode.RUN_FAILED,
                "model %s: no success in 5 attempts".formatted(MAIN),
                "The last one ended with: the proxy %s of HTTPS_PROXY: Tunnel failed, got: 502."
                        .formatted(proxy.host()),
                GIVES_UP);
    }

    @Test
    void seesNothingOfWhatIsTunnelled() throws Exception {
        SSLContext before = SSLContext.getDefault();
        SSLContext ofLocalhost = tls(temporary.resolve("localhost.p12"));
        List<Headers> arrived = new CopyOnWriteArrayList<>();
        HttpsServer secure = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        secure.setHttpsConfigurator(new HttpsConfigurator(ofLocalhost));
        secure.createContext("/", exchange -> {
            try (exchange) {
                arrived.add(exchange.getRequestHeaders());
                exchange.getResponseHeaders().add("X-Error-Code", "RepoNotFound");
                exchange.sendResponseHeaders(404, -1);
            }
        });
        secure.start();
        SSLContext.setDefault(ofLocalhost);
        try {
            String authority = "localhost:" + secure.getAddress().getPort();
            assertThatThrownBy(() -> open(Map.of("HTTPS_PROXY", proxy.host()), "https://" + authority))
                    .hasMessageStartingWith("model %s: not found\n".formatted(MAIN));
            assertThat(arrived).singleElement().satisfies(headers -> assertThat(headers.getFirst("Authorization"))
                    .isEqualTo("Bearer " + TOKEN));
            assertThat(proxy.heads())
                    .singleElement()
                    .asString()
                    .startsWith("CONNECT %s HTTP/1.1\r\n".formatted(authority))
                    .doesNotContain("Authorization", TOKEN, MAIN.id());
        } finally {
            SSLContext.setDefault(before);
            secure.stop(0);
        }
    }

    @Test
    void hearsOfNoPasswordThatJavaKeepsBack() {
        assertThatThrownBy(() -> open(Map.of("HTTPS_PROXY", "me:secret@" + proxy.host()), "https://localhost:1"))
                .hasMessageStartingWith("environment variable HTTPS_PROXY: its user and password may not be sent\n")
                .hasMessageNotContaining("secret");
        assertThat(proxy.heads()).isEmpty();
    }

    private void assertDownloaded(Map<String, String> environment) {
        assertThat(open(environment).path().resolve("model.safetensors"))
                .hasBinaryContent(hub.content("model.safetensors"));
    }

    private ModelFolder open(Map<String, String> environment) {
        return open(environment, hub.endpoint());
    }

    private ModelFolder open(Map<String, String> environment, String endpoint) {
        Duration patient = Duration.ofSeconds(20);
        HubSettings settings = new HubSettings(
                endpoint,
                Optional.of(TOKEN),
                temporary.resolve("cache"),
                false,
                true,
                patient,
                patient,
                Duration.ofMillis(1),
                ProxyVariables.from(environment));
        return new HubModel<>(settings, ModelFolder.READER).open(MAIN, DownloadProgress.NONE);
    }

    /** A server and its clients that trust one certificate, which the JDK's own tool makes. */
    private static SSLContext tls(Path file) throws Exception {
        String password = "changeit";
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "localhost",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-keystore",
                        file.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        password)
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();

        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream stream = Files.newInputStream(file)) {
            store.load(stream, password.toCharArray());
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password.toCharArray());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }
}
