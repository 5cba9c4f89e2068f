/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import static io.embark.model.Refusals.assertRefused;
import static io.embark.model.hub.HubServer.breakOff;
import static io.embark.model.hub.HubServer.status;
import static io.embark.model.hub.HubServer.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.Digests;
import io.embark.model.ModelFolder;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.files.DownloadProgress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks, hubs and CDNs that do not do what they should. */
class HubDownloadTest {
    private static final HubReference MAIN = new HubReference(HubServer.ID, "main");
    private static final HubReference PINNED = MAIN.at(HubServer.COMMIT);
    private static final String WEIGHTS = "model.safetensors";
    private static final String TOKEN = "hf_secret123";

    @TempDir
    Path temporary;

    private HubServer hub;
    private byte[] weights;
    private Optional<String> token = Optional.empty();
    private Duration timeout = Duration.ofSeconds(20);

    @BeforeEach
    void publish() throws IOException {
        hub = HubServer.of(ModelFolderBuilder.in(temporary.resolve("tiny")).write());
        weights = hub.content(WEIGHTS);
        assertThat(weights.length).isGreaterThan(1000);
    }

    @AfterEach
    void close() {
        hub.close();
    }

    @Test
    void goesOnWhereTheConnectionBroke() {
        hub.onCdn(WEIGHTS, breakOff(300), breakOff(200));
        assertDownloaded();
        assertThat(hub.downloads(WEIGHTS))
                .extracting(request -> request.headers().getFirst("Range"))
                .containsExactly(null, "bytes=300-", "bytes=500-");
    }

    @Test
    void goesOnInTheNextRun() {
        hub.onCdn(WEIGHTS, breakOff(300), status(500), status(500), status(500), status(500));
        assertRefused(
                this::resolve,
                ErrorCode.RUN_FAILED,
                "model %s, model.safetensors: no success in 5 attempts".formatted(PINNED),
                "The last one ended with: %s/blobs/model.safetensors answers 500.".formatted(hub.cdnEndpoint()),
                "Check the network, the proxy (HTTPS_PROXY, -Dhttps.proxyHost) and HF_ENDPOINT; "
                        + "what arrived is kept, and the next run goes on there.");
        assertThat(snapshot().resolve(WEIGHTS)).doesNotExist();
        assertThat(temporary.resolve("cache/models--org--tiny/refs")).doesNotExist();
        assertDownloaded();
        assertThat(hub.downloads(WEIGHTS)).last().satisfies(request -> assertThat(
                        request.headers().getFirst("Range"))
                .isEqualTo("bytes=300-"));
    }

    @Test
    void startsAgainWhereRangesAreIgnored() {
        hub.onCdn(WEIGHTS, breakOff(300), whole(weights));
        assertDownloaded();
        assertThat(hub.downloads(WEIGHTS)).hasSize(2);
    }

    @Test
    void startsAgainWhereTheRangeIsRefused() {
        hub.onCdn(WEIGHTS, breakOff(300), status(416));
        assertDownloaded();
    }

    @Test
    void startsAgainWhereAnotherRangeComes() {
        hub.onCdn(WEIGHTS, breakOff(300), (exchange, content) -> {
            exchange.getResponseHeaders()
                    .add("Content-Range", "bytes 10-%d/%d".formatted(content.length - 1, content.length));
            exchange.sendResponseHeaders(206, content.length - 10);
            exchange.getResponseBody().write(content, 10, content.length - 10);
        });
        assertDownloaded();
        assertThat(hub.downloads(WEIGHTS))
                .extracting(request -> request.headers().getFirst("Range"))
                .containsExactly(null, "bytes=300-", null);
    }

    @Test
    void neverGluesTwoVersionsTogether() {
        byte[] older = weights.clone();
        Arrays.fill(older, 0, 300, (byte) 7);
        hub.onCdn(WEIGHTS, (exchange, content) -> {
            exchange.getResponseHeaders().add("ETag", "\"older\"");
            breakOff(300).send(exchange, older);
        });
        assertDownloaded();
        // The older version's etag went along, so the server sent the whole of the newer one.
        assertThat(hub.downloads(WEIGHTS)).hasSize(2).last().satisfies(request -> assertThat(
                        request.headers().getFirst("If-Range"))
                .isEqualTo("\"older\""));
    }

    @Test
    void mendsWhatTwoVersionsLeftBehind() throws IOException {
        Path blobs = Files.createDirectories(temporary.resolve("cache/models--org--tiny/blobs"));
        Path partial = blobs.resolve(hub.etag(WEIGHTS) + ".embark.incomplete");
        Files.write(partial, new byte[300]);
        assertDownloaded();
        assertThat(partial).doesNotExist();
        assertThat(hub.downloads(WEIGHTS))
                .extracting(request -> request.headers().getFirst("Range"))
                .containsExactly("bytes=300-", null);
    }

    @Test
    void goesOnWhereLessCameThanTheListingSays() {
        hub.onCdn(WEIGHTS, whole(Arrays.copyOf(weights, 400)));
        assertDownloaded();
        assertThat(hub.downloads(WEIGHTS)).hasSize(2);
    }

    @Test
    void givesUpWhereTheFileIsShorterThanTheListingSays() {
        hub.alwaysOnCdn(WEIGHTS, whole(Arrays.copyOf(weights, 400)));
        assertRefused(
                this::resolve,
                ErrorCode.RUN_FAILED,
                "model %s, model.safetensors: no success in 5 attempts".formatted(PINNED),
                "The last one ended with: the file ended after 400 of %d bytes.".formatted(weights.length));
        assertThat(hub.downloads(WEIGHTS)).hasSize(5);
    }

    @Test
    void refusesAFileThatIsLongerThanTheListingSays() {
        hub.alwaysOnCdn(WEIGHTS, whole(Arrays.copyOf(weights, weights.length + 5)));
        assertRefused(
                this::resolve,
                ErrorCode.MODEL_INVALID,
                "model %s: model.safetensors is damaged: it has more than %d bytes".formatted(PINNED, weights.length),
                "The hub lists %d bytes and the SHA-256 %s.".formatted(weights.length, hub.etag(WEIGHTS)));
        assertThat(hub.downloads(WEIGHTS)).hasSize(2);
    }

    @Test
    void triesOnceMoreWhereTheHashIsWrong() {
        hub.onCdn(WEIGHTS, whole(new byte[weights.length]));
        assertDownloaded();
        assertThat(hub.downloads(WEIGHTS)).hasSize(2);
    }

    @Test
    void refusesAFileWithAnotherHash() {
        hub.alwaysOnCdn(WEIGHTS, whole(new byte[weights.length]));
        String found = sha256(new byte[weights.length]);
        assertRefused(
                this::resolve,
                ErrorCode.MODEL_INVALID,
                "model %s: model.safetensors is damaged: it has the SHA-256 %s".formatted(PINNED, found),
                "The hub lists %d bytes and the SHA-256 %s.".formatted(weights.length, hub.etag(WEIGHTS)),
                "Try again; if it stays so, something between this host and %s alters files."
                        .formatted(hub.endpoint()));
        assertThat(temporary.resolve("cache/models--org--tiny/blobs"))
                .isDirectoryNotContaining(file -> file.toString().contains(hub.etag(WEIGHTS)));
    }

    @Test
    void refusesASmallFileWithAnotherHash() {
        byte[] other = new String(hub.content("config.json"), StandardCharsets.UTF_8)
                .replace("12", "16")
                .getBytes(StandardCharsets.UTF_8);
        hub.alwaysOnHub("/config.json", whole(other));
        assertThatThrownBy(this::resolve)
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("model %s: config.json is damaged: it has git's SHA-1 ".formatted(PINNED))
                .hasMessageContaining("and git's SHA-1 " + hub.etag("config.json") + ".");
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 502, 503, 504})
    void triesAgainWhereTheTroublePasses(int status) {
        hub.onHub("/revision/main", status(status, "Retry-After", "0"))
                .onHub("/config.json", status(status))
                .onCdn(WEIGHTS, status(status, "Retry-After", "soon"), status(status));
        assertDownloaded();
    }

    @Test
    void asksForANewAddressWhereASignedOneIsRefused() {
        hub.onCdn(WEIGHTS, status(403));
        assertDownloaded();
        assertThat(hub.requests(WEIGHTS))
                .extracting(HubServer.Request::server)
                .containsExactly("hub", "cdn", "hub", "cdn");
    }

    @Test
    void doesNotWaitForASilentHub() {
        timeout = Duration.ofMillis(200);
        hub.alwaysOnHub("/revision/main", hub.silence());
        assertRefused(
                this::resolve,
                ErrorCode.RUN_FAILED,
                "model org/tiny@main: no success in 5 attempts",
                "The last one ended with: java.net.http.HttpTimeoutException: no answer came for 200 ms.");
    }

    @Test
    void doesNotWaitForAFileThatStoppedComing() {
        timeout = Duration.ofSeconds(1);
        hub.onCdn(WEIGHTS, hub.stall(300));
        assertDownloaded();
        assertThat(hub.downloads(WEIGHTS))
                .extracting(request -> request.headers().getFirst("Range"))
                .containsExactly(null, "bytes=300-");
    }

    @Test
    void neverSendsTheTokenToAnotherHost() {
        token = Optional.of(TOKEN);
        assertDownloaded();
        assertThat(hub.requests()).allSatisfy(request -> assertThat(request.hasToken())
                .as(request.toString())
                .isEqualTo(request.server().equals("hub")));
        assertThat(hub.downloads(WEIGHTS)).hasSize(1);
        assertThat(hub.requests().get(0).headers().getFirst("Authorization")).isEqualTo("Bearer " + TOKEN);
    }

    @Test
    void neverSendsTheTokenToTheSameHostUnderAnotherName() {
        token = Optional.of(TOKEN);
        String otherName = hub.endpoint().replace("localhost", "127.0.0.1");
        hub.onHub("/revision/main", status(302, "Location", otherName + "/api/models/org/tiny/revision/main"));
        assertDownloaded();
        assertThat(hub.requests().get(0).hasToken()).isTrue();
        assertThat(hub.requests().get(1).hasToken()).isFalse();
    }

    @Test
    void followsTheRedirectsOfARenamedModel() {
        token = Optional.of(TOKEN);
        hub.onHub("/revision/main", status(307, "Location", "/api/models/org/tiny/revision/" + HubServer.COMMIT))
                .onHub("/config.json", status(301, "Location", hub.endpoint() + "/org/tiny/resolve/main/config.json"));
        assertDownloaded();
        assertThat(hub.requests("/resolve/main/config.json")).singleElement().matches(HubServer.Request::hasToken);
    }

    @Test
    void followsAddressesThatJavaDoesNotTake() {
        hub.onHub(
                WEIGHTS,
                status(302, "Location", hub.cdnEndpoint() + "/blobs/model.safetensors?name=\"a b|\u00e9\"&x=%20"));
        assertDownloaded();
    }

    @Test
    void refusesRedirectsInACircle() {
        hub.alwaysOnHub("/revision/main", status(302, "Location", "main"));
        assertRefused(
                this::resolve,
                ErrorCode.RUN_FAILED,
                "%s/api/models/org/tiny/revision/main: a redirect that cannot be followed".formatted(hub.endpoint()),
                "The reason is that it is the last of more than 10 redirects.");
        assertThat(hub.requests()).hasSize(11);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "ftp://localhost/x", "https:///x", "mailto:a"})
    void refusesRedirectsToOtherKindsOfAddresses(String location) {
        hub.onHub("/revision/main", status(302, "Location", location));
        assertRefused(
                this::resolve,
                ErrorCode.RUN_FAILED,
                "%s/api/models/org/tiny/revision/main: a redirect that cannot be followed".formatted(hub.endpoint()),
                "The reason is that it does not lead to an http or https address.");
    }

    @Test
    void saysThatThereIsNoSuchModel() {
        assertRefused(
                () -> resolve(new HubReference("org/other", "main")),
                ErrorCode.MODEL_NOT_FOUND,
                "model org/other@main: not found",
                "%s/api/models/org/other/revision/main answers 404 RepoNotFound.".formatted(hub.endpoint()),
                "Check the name; a private model needs HF_TOKEN; a folder of this name must exist on this host.");
    }

    @Test
    void saysThatTheTokenMayBeWrong() {
        token = Optional.of(TOKEN);
        hub.onHub("/revision/main", status(401));
        assertRefused(
                this::resolve,
                ErrorCode.MODEL_NOT_FOUND,
                "model org/tiny@main: not found",
                "%s/api/models/org/tiny/revision/main answers 401.".formatted(hub.endpoint()),
                "Check the name; a private model needs a token that may read it, and the one that is set may have expired; "
                        + "a folder of this name must exist on this host.");
    }

    @Test
    void saysThatThereIsNoSuchRevision() {
        assertRefused(
                () -> resolve(new HubReference("org/tiny", "v9")),
                ErrorCode.MODEL_NOT_FOUND,
                "model org/tiny: no revision 'v9'",
                "%s/api/models/org/tiny/revision/v9 answers 404 RevisionNotFound.".formatted(hub.endpoint()),
                "Name a branch, a tag or a commit that %s/org/tiny has.".formatted(hub.endpoint()));
    }

    @Test
    void saysWhatToDoAboutAGatedModel() {
        hub.onHub("/config.json", status(403, "X-Error-Code", "GatedRepo"));
        assertRefused(
                this::resolve,
                ErrorCode.MODEL_NOT_FOUND,
                "model %s: gated".formatted(PINNED),
                "%s/org/tiny/resolve/%s/config.json answers 403 GatedRepo.".formatted(hub.endpoint(), HubServer.COMMIT),
                "Accept its licence on %s/org/tiny, then set HF_TOKEN to a token of the same account."
                        .formatted(hub.endpoint()));
        hub.onHub("/revision/main", status(403, "X-Error-Message", "not yours"));
        assertRefused(
                this::resolve,
                ErrorCode.MODEL_NOT_FOUND,
                "model org/tiny@main: access refused",
                "%s/api/models/org/tiny/revision/main answers 403 not yours.".formatted(hub.endpoint()),
                "Set HF_TOKEN to a token that may read the model.");
    }

    @Test
    void saysThatAListedFileIsNotThere() {
        hub.onHub("/config.json", status(404, "X-Error-Code", "EntryNotFound"));
        assertRefused(
                this::resolve,
                ErrorCode.MODEL_INVALID,
                "model %s: a file that the hub lists is not there".formatted(PINNED),
                "%s/org/tiny/resolve/%s/config.json answers 404 EntryNotFound."
                        .formatted(hub.endpoint(), HubServer.COMMIT),
                "Try again; if it stays so, take another revision.");
    }

    @Test
    void saysThatWhatAnswersIsNoHub() {
        hub.onHub("/revision/main", status(418));
        assertRefused(
                this::resolve,
                ErrorCode.RUN_FAILED,
                "model org/tiny@main: the hub does not answer the question",
                "%s/api/models/org/tiny/revision/main answers 418.".formatted(hub.endpoint()),
                "Check that HF_ENDPOINT, which is %s, names a hub.".formatted(hub.endpoint()));
    }

    @Test
    void neverShowsTheTokenOrASignatureInAnError() {
        token = Optional.of(TOKEN);
        hub.alwaysOnCdn(WEIGHTS, status(403));
        assertThatThrownBy(this::resolve)
                .hasMessageContaining("/blobs/model.safetensors answers 403.")
                .satisfies(e -> assertThat(e).hasStackTraceContaining("no success"))
                .hasMessageNotContainingAny(TOKEN, "Signature", "secret");
    }

    @Test
    void refusesAFileThatCannotFitOnTheDisk() {
        hub.remove(WEIGHTS).list(WEIGHTS, 900_000_000_000_000_000L, "0".repeat(64));
        assertThatThrownBy(this::resolve)
                .isInstanceOfSatisfying(
                        EmbarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.RUN_FAILED))
                .hasMessageMatching("model %s: no space for model.safetensors\n".formatted(PINNED)
                        + "It needs 900000000000000000 bytes more, and .*/blobs has \\d+\\.\n"
                        + "Free space there, or set HF_HUB_CACHE to a folder with more\\.");
        assertThat(hub.requests(WEIGHTS)).isEmpty();
    }

    @Test
    void saysThatTheDiskIsFull() throws IOException {
        Path full = Path.of("/dev/full");
        assumeThat(full).as("a device that is always full").exists();
        Path blobs = Files.createDirectories(temporary.resolve("cache/models--org--tiny/blobs"));
        Path partial = Files.createSymbolicLink(blobs.resolve(hub.etag(WEIGHTS) + ".embark.incomplete"), full);
        assertRefused(
                this::resolve,
                ErrorCode.RUN_FAILED,
                "hub cache %s: full".formatted(temporary.resolve("cache")),
                "The system says: java.io.IOException: No space left on device.",
                "Free space there, or set HF_HUB_CACHE to a folder with more.");
        assertThat(hub.downloads(WEIGHTS)).hasSize(1);
        Files.delete(partial);
    }

    @Test
    void saysThatTheCacheCannotBeWritten() throws IOException {
        Files.writeString(temporary.resolve("cache"), "a file");
        assertThatThrownBy(this::resolve)
                .isInstanceOfSatisfying(
                        EmbarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OPTION_INVALID))
                .hasMessageStartingWith(
                        "hub cache %s: cannot be written\nThe system says: ".formatted(temporary.resolve("cache")))
                .hasMessageEndingWith("Set HF_HUB_CACHE to a writable folder on a file system with locks.");
    }

    @Test
    void downloadsEachFileOnceForManyThreads() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<ModelFolder>> models = IntStream.range(0, 8)
                    .mapToObj(i -> threads.submit(() -> resolve(MAIN)))
                    .toList();
            for (Future<ModelFolder> model : models) {
                assertThat(model.get().reference()).isEqualTo(PINNED.toString());
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(hub.downloads(WEIGHTS)).hasSize(1);
        assertThat(hub.requests())
                .filteredOn(request -> request.path().contains("/resolve/"))
                .extracting(HubServer.Request::path)
                .doesNotHaveDuplicates();
        assertThat(snapshot().resolve(WEIGHTS)).hasBinaryContent(weights);
    }

    @Test
    void tellsHowFarItIs() {
        List<String> heard = new ArrayList<>();
        byte[] large = new byte[(2 << 20) + 5];
        hub.put(WEIGHTS, large);
        new HubModel<>(settings(), ModelFolder.READER).open(MAIN, (file, done, total) -> {
            if (file.equals(WEIGHTS)) {
                assertThat(total).isEqualTo(large.length);
                assertThat(done).isBetween(1L, total);
                heard.add(file + " " + done);
            }
        });
        assertThat(heard).hasSizeBetween(2, 4).last().isEqualTo(WEIGHTS + " " + large.length);
    }

    private ModelFolder resolve() {
        return resolve(MAIN);
    }

    private ModelFolder resolve(HubReference reference) {
        return new HubModel<>(settings(), ModelFolder.READER).open(reference, DownloadProgress.NONE);
    }

    private HubSettings settings() {
        return new HubSettings(
                hub.endpoint(),
                token,
                temporary.resolve("cache"),
                false,
                true,
                timeout,
                timeout,
                Duration.ofMillis(1),
                ProxyVariables.NONE);
    }

    private void assertDownloaded() {
        assertThat(resolve().path()).isEqualTo(snapshot());
        assertThat(snapshot().resolve(WEIGHTS)).hasBinaryContent(weights);
    }

    private Path snapshot() {
        return temporary.resolve("cache/models--org--tiny/snapshots/" + HubServer.COMMIT);
    }

    private static String sha256(byte[] content) {
        return HexFormat.of().formatHex(Digests.sha256().digest(content));
    }
}
