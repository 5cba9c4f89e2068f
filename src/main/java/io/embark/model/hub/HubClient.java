/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import io.embark.ErrorCode;
import io.embark.model.files.ModelProblem;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * Speaks with a hub over HTTP. Redirects are followed by hand, since Java's own client would send the token along to whatever
 * host they lead to. Whatever goes through a proxy says so in its errors. Thread-safe.
 */
final class HubClient {
    private static final int MAX_REDIRECTS = 10;
    private static final int MAX_LISTING_BYTES = 16 << 20;

    private final HubSettings settings;
    private final URI endpoint;
    private final HttpClient http;

    HubClient(HubSettings settings) {
        this.settings = settings;
        this.endpoint = URI.create(settings.endpoint());
        this.http = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NEVER)
                // A download over HTTP/2 shares one connection, and with it every break.
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(settings.metadataTimeout())
                .proxy(settings.proxies())
                .build();
    }

    /** What a model has; fails with {@link ErrorCode#RUN_FAILED} if the hub gives no answer in so many attempts. */
    HubListing listing(HubReference reference, int attempts) {
        URI address = URI.create("%s/api/models/%s/revision/%s?blobs=true"
                .formatted(settings.endpoint(), reference.id(), quote(reference.revision())));
        HubRetries retries = new HubRetries(settings, "model %s".formatted(reference), attempts);
        while (true) {
            try (HubAnswer answer = send("GET", address, Map.of(), settings.metadataTimeout())) {
                if (answer.status() == 200) {
                    return parse(reference, answer, answer.body().readNBytes(MAX_LISTING_BYTES + 1));
                }
                if (!answer.isTransient()) {
                    throw HubRefusal.of(settings, reference, answer);
                }
                retries.failed(answer);
            } catch (IOException e) {
                retries.failed(e);
            }
        }
    }

    /** Size and etag of one file, for hubs that do not list them. */
    HubFile describe(HubReference pinned, String name) {
        HubRetries retries = new HubRetries(settings, "model %s, %s".formatted(pinned, name), HubRetries.ATTEMPTS);
        while (true) {
            try (HubAnswer answer = send("HEAD", file(pinned, name), Map.of(), settings.metadataTimeout())) {
                if (answer.status() == 200 || answer.isRedirect()) {
                    return described(pinned, name, answer);
                }
                if (!answer.isTransient()) {
                    throw HubRefusal.of(settings, pinned, answer);
                }
                retries.failed(answer);
            } catch (IOException e) {
                retries.failed(e);
            }
        }
    }

    /**
     * One attempt to read a file.
     *
     * @param from the first byte that is wanted
     * @param etag what the file must still be for its rest to be of use; else it is wanted from its start
     */
    HubAnswer content(HubReference pinned, String name, long from, Optional<String> etag) throws IOException {
        Map<String, String> headers = Map.of();
        if (from > 0) {
            String range = "bytes=%s-".formatted(from);
            headers =
                    etag.map(value -> Map.of("Range", range, "If-Range", value)).orElse(Map.of("Range", range));
        }
        return send("GET", file(pinned, name), headers, settings.downloadTimeout());
    }

    /** Whether an answer comes from the hub itself, not from a host that it sent us to. */
    boolean isHub(URI address) {
        return origin(address).equals(origin(endpoint));
    }

    private URI file(HubReference pinned, String name) {
        String path = Arrays.stream(name.split("/")).map(HubClient::quote).collect(Collectors.joining("/"));
        return URI.create("%s/%s/resolve/%s/%s".formatted(settings.endpoint(), pinned.id(), pinned.revision(), path));
    }

    private HubAnswer send(String method, URI address, Map<String, String> headers, Duration timeout)
            throws IOException {
        URI next = address;
        for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
            HubAnswer answer = exchange(method, next, headers, timeout);
            Optional<String> location = answer.header("Location");
            // Where the hub describes a file that another host keeps, the redirect itself has what it says about it.
            if (!answer.isRedirect()
                    || location.isEmpty()
                    || (method.equals("HEAD") && answer.header("X-Linked-Etag").isPresent())) {
                return answer;
            }
            answer.close();
            next = redirected(next, location.get());
        }
        throw wrongRedirect(address, "it is the last of more than %s redirects".formatted(MAX_REDIRECTS));
    }

    private HubAnswer exchange(String method, URI address, Map<String, String> headers, Duration timeout)
            throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .method(method, BodyPublishers.noBody())
                .header("User-Agent", "embark")
                .header("Accept-Encoding", "identity");
        headers.forEach(request::header);
        if (isHub(address)) {
            settings.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        }
        Optional<HubProxy> proxy = settings.proxies().proxy(address);
        proxy.flatMap(known -> known.authorization(address))
                .ifPresent(password -> request.header("Proxy-Authorization", password));
        try {
            HttpResponse<TimedBody> response = send(request.build(), timeout);
            if (response.statusCode() == 407 && proxy.isPresent()) {
                // Java has no body where a tunnel was not opened.
                Optional.ofNullable(response.body()).ifPresent(TimedBody::close);
                throw proxy.get().refusal(address, response.headers());
            }
            return new HubAnswer(address, proxy, response.statusCode(), response.headers(), response.body());
        } catch (IOException e) {
            throw proxy.isPresent() ? proxy.get().failure(e) : e;
        }
    }

    private HttpResponse<TimedBody> send(HttpRequest request, Duration timeout) throws IOException {
        // Not HttpRequest.timeout, which from Java 26 on bounds the whole body.
        CompletableFuture<HttpResponse<TimedBody>> answering =
                http.sendAsync(request, ignored -> new TimedBody(timeout));
        try {
            return answering.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            answering.cancel(true);
            throw new HttpTimeoutException("no answer came for %s ms".formatted(timeout.toMillis()));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            answering.cancel(true);
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static HubListing parse(HubReference reference, HubAnswer answer, byte[] json) {
        String subject = HubAnswer.show(answer.address());
        if (json.length > MAX_LISTING_BYTES) {
            throw ModelProblem.invalid(
                    "%s: larger than %s bytes".formatted(subject, MAX_LISTING_BYTES),
                    "The list of a model's files is never that long.",
                    "Check that HF_ENDPOINT names a hub.");
        }

        HubListing listing = HubListing.parse(subject, json);
        if (reference.isPinned() && !listing.commit().equals(reference.revision())) {
            throw ModelProblem.invalid(
                    "%s: sha is %s".formatted(subject, listing.commit()),
                    "The commit %s was asked for.".formatted(reference.revision()),
                    "Check that HF_ENDPOINT names a hub.");
        }
        return listing;
    }

    private HubFile described(HubReference pinned, String name, HubAnswer answer) {
        // The same headers in the same order as huggingface_hub (file_download.py, get_hf_file_metadata).
        String etag = answer.header("X-Linked-Etag")
                .or(() -> answer.header("ETag"))
                .map(value -> value.replaceFirst("^W/", "").replace("\"", ""))
                .orElse("");
        Optional<String> size = answer.header("X-Linked-Size")
                .or(() -> answer.isRedirect() ? Optional.empty() : answer.header("Content-Length"));
        // It names a file of the cache.
        if (!etag.matches("\\w[\\w.-]{0,127}") || !size.orElse("").matches("\\d{1,18}")) {
            throw ModelProblem.invalid(
                    "model %s: the hub does not describe %s".formatted(pinned, ModelProblem.show(name)),
                    "Its size is '%s' and its etag '%s'."
                            .formatted(ModelProblem.show(size.orElse("")), ModelProblem.show(etag)),
                    "Check that HF_ENDPOINT, which is %s, names a hub.".formatted(settings.endpoint()));
        }
        return new HubFile(name, Long.parseLong(size.orElseThrow()), etag);
    }

    private static URI redirected(URI from, String location) {
        URI target;
        try {
            target = from.resolve(escaped(location));
        } catch (IllegalArgumentException e) {
            throw wrongRedirect(from, "it leads to what is no address");
        }

        String scheme = String.valueOf(target.getScheme()).toLowerCase(Locale.ROOT);
        if (target.getHost() == null || !(scheme.equals("https") || scheme.equals("http"))) {
            throw wrongRedirect(from, "it does not lead to an http or https address");
        }
        if (scheme.equals("http") && from.getScheme().equalsIgnoreCase("https")) {
            throw wrongRedirect(from, "it leads from https to http");
        }
        return target;
    }

    private static RuntimeException wrongRedirect(URI from, String why) {
        return ModelProblem.problem(
                ErrorCode.RUN_FAILED,
                "%s: a redirect that cannot be followed".formatted(HubAnswer.show(from)),
                "The reason is that %s.".formatted(why),
                "Check HF_ENDPOINT, and whether a proxy stands between this host and the hub.",
                null);
    }

    private static String origin(URI address) {
        String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
        int port = address.getPort() >= 0 ? address.getPort() : scheme.equals("https") ? 443 : 80;
        return "%s://%s:%s".formatted(scheme, String.valueOf(address.getHost()).toLowerCase(Locale.ROOT), port);
    }

    private static String quote(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Servers send quotes and spaces in addresses, which Java does not take. */
    private static String escaped(String location) {
        StringBuilder escaped = new StringBuilder();
        for (byte b : location.getBytes(StandardCharsets.UTF_8)) {
            boolean illegal = b <= ' ' || b == 0x7f || "\"<>\\^`{|}".indexOf(b) >= 0;
            escaped.append(illegal ? String.format(Locale.ROOT, "%%%02X", b & 0xff) : String.valueOf((char) b));
        }
        return escaped.toString();
    }
}
