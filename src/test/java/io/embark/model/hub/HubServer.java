/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import com.google.gson.Gson;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * A hub on this host with one model {@code org/tiny}: small files it serves itself, weights lie with a second server, which has
 * another name and port as a CDN has. Each answer can be replaced by a worse one.
 */
public final class HubServer implements AutoCloseable {
    public static final String ID = "org/tiny";
    public static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    /** A request as it arrived. */
    public record Request(String server, String method, String path, Headers headers) {
        boolean hasToken() {
            return headers.containsKey("Authorization");
        }

        @Override
        public String toString() {
            return "%s %s %s".formatted(server, method, path);
        }
    }

    /** Another answer than the right one. */
    interface Answer {
        void send(HttpExchange exchange, byte[] content) throws IOException;
    }

    private final Map<String, byte[]> files = new TreeMap<>();
    private final List<Map<String, Object>> moreSiblings = new ArrayList<>();
    private final Map<String, Deque<Answer>> answers = new ConcurrentHashMap<>();
    private final Map<String, Answer> permanent = new ConcurrentHashMap<>();
    private final List<Request> requests = new ArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer hub;
    private final HttpServer cdn;
    private String commit = COMMIT;
    private boolean describesFiles = true;

    HubServer() throws IOException {
        hub = start("hub");
        cdn = start("cdn");
    }

    /** A hub that has the files of a folder. */
    public static HubServer of(Path folder) throws IOException {
        HubServer server = new HubServer();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                server.put(folder.relativize(path).toString(), Files.readAllBytes(path));
            }
        }
        return server;
    }

    public String endpoint() {
        return "http://localhost:" + hub.getAddress().getPort();
    }

    String cdnEndpoint() {
        return "http://127.0.0.1:" + cdn.getAddress().getPort();
    }

    /** Settings for this hub and for a reader that does not wait long. */
    HubSettings settings(Path cache) {
        Duration patient = Duration.ofSeconds(20);
        return new HubSettings(
                endpoint(),
                Optional.empty(),
                cache,
                false,
                true,
                patient,
                patient,
                Duration.ofMillis(1),
                ProxyVariables.NONE);
    }

    HubServer put(String name, byte[] content) {
        files.put(name, content);
        return this;
    }

    HubServer put(String name, String content) {
        return put(name, content.getBytes(StandardCharsets.UTF_8));
    }

    HubServer remove(String name) {
        files.remove(name);
        return this;
    }

    byte[] content(String name) {
        return files.get(name);
    }

    /** Another commit becomes the branch main. */
    HubServer commit(String newCommit) {
        commit = newCommit;
        return this;
    }

    /** Lists a file that is not there. */
    HubServer list(String name, Object size, String sha256) {
        moreSiblings.add(Map.of("rfilename", name, "lfs", Map.of("size", size, "sha256", sha256)));
        return this;
    }

    /** Lists names only, as a mirror may. */
    HubServer describeNothing() {
        describesFiles = false;
        return this;
    }

    /** The next requests to the hub for paths that end so get these answers, one each. */
    HubServer onHub(String suffix, Answer... bad) {
        answers.put("hub " + suffix, new ArrayDeque<>(Arrays.asList(bad)));
        return this;
    }

    /** The same for the CDN. */
    HubServer onCdn(String suffix, Answer... bad) {
        answers.put("cdn " + suffix, new ArrayDeque<>(Arrays.asList(bad)));
        return this;
    }

    HubServer alwaysOnHub(String suffix, Answer bad) {
        permanent.put("hub " + suffix, bad);
        return this;
    }

    HubServer alwaysOnCdn(String suffix, Answer bad) {
        permanent.put("cdn " + suffix, bad);
        return this;
    }

    /** All requests so far. */
    public List<Request> requests() {
        synchronized (requests) {
            return List.copyOf(requests);
        }
    }

    List<Request> requests(String suffix) {
        return requests().stream()
                .filter(request -> request.path().endsWith(suffix))
                .toList();
    }

    /** The requests to the CDN for a file. */
    List<Request> downloads(String suffix) {
        return requests(suffix).stream()
                .filter(request -> request.server().equals("cdn"))
                .toList();
    }

    String etag(String name) {
        return isLarge(name) ? hash("SHA-256", "", files.get(name)) : hash("SHA-1", "blob %d\0", files.get(name));
    }

    /** Answers with a status and no body; {@code headers} are names and values in turn. */
    static Answer status(int status, String... headers) {
        return (exchange, content) -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(status, -1);
        };
    }

    /** Says how long the file is, sends its first bytes and breaks the connection. */
    static Answer breakOff(int after) {
        return (exchange, content) -> {
            long from = range(exchange).orElse(0L);
            respond(exchange, content, from, content.length - from);
            exchange.getResponseBody().write(content, (int) from, after);
            exchange.getResponseBody().flush();
        };
    }

    /** Sends the first bytes and then nothing more, until this server is closed. */
    Answer stall(int after) {
        return (exchange, content) -> {
            breakOff(after).send(exchange, content);
            awaitClose();
        };
    }

    /** Answers nothing at all, until this server is closed. */
    Answer silence() {
        return (exchange, content) -> awaitClose();
    }

    /** Serves other bytes, with whatever length they have, as if there had been no range in the request. */
    static Answer whole(byte[] other) {
        return (exchange, content) -> {
            exchange.sendResponseHeaders(200, other.length == 0 ? -1 : other.length);
            exchange.getResponseBody().write(other);
        };
    }

    private HttpServer start(String name) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                handle(name, exchange);
            }
        });
        server.start();
        return server;
    }

    private void handle(String server, HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        synchronized (requests) {
            requests.add(new Request(server, exchange.getRequestMethod(), path, exchange.getRequestHeaders()));
        }
        String name = path.replaceFirst("^/" + ID + "/resolve/[^/]+/|^/blobs/", "");
        byte[] content = files.getOrDefault(name, new byte[0]);
        Optional<Answer> bad = bad(server, path);
        if (bad.isPresent()) {
            bad.get().send(exchange, content);
        } else if (path.startsWith("/api/models/" + ID + "/revision/")) {
            list(exchange, path.substring(path.lastIndexOf('/') + 1));
        } else if (!files.containsKey(name)) {
            status(404, "X-Error-Code", path.contains(ID) ? "EntryNotFound" : "RepoNotFound")
                    .send(exchange, content);
        } else if (server.equals("hub") && isLarge(name)) {
            exchange.getResponseHeaders().add("X-Linked-Etag", "\"" + etag(name) + "\"");
            exchange.getResponseHeaders().add("X-Linked-Size", String.valueOf(content.length));
            status(302, "Location", cdnEndpoint() + "/blobs/" + name + "?Signature=secret")
                    .send(exchange, content);
        } else {
            serve(exchange, name, content);
        }
    }

    private Optional<Answer> bad(String server, String path) {
        for (Map.Entry<String, Deque<Answer>> entry : answers.entrySet()) {
            if (matches(entry.getKey(), server, path)) {
                synchronized (entry.getValue()) {
                    if (!entry.getValue().isEmpty()) {
                        return Optional.of(entry.getValue().poll());
                    }
                }
            }
        }
        return permanent.entrySet().stream()
                .filter(entry -> matches(entry.getKey(), server, path))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static boolean matches(String key, String server, String path) {
        return key.startsWith(server + " ") && path.endsWith(key.substring(server.length() + 1));
    }

    private void list(HttpExchange exchange, String revision) throws IOException {
        if (!List.of("main", commit).contains(revision)) {
            status(404, "X-Error-Code", "RevisionNotFound").send(exchange, new byte[0]);
            return;
        }
        List<Map<String, Object>> siblings = new ArrayList<>(moreSiblings);
        files.forEach((name, content) -> {
            Map<String, Object> sibling = new LinkedHashMap<>();
            sibling.put("rfilename", name);
            if (describesFiles) {
                sibling.put("size", content.length);
                sibling.put("blobId", hash("SHA-1", "blob %d\0", content));
                if (isLarge(name)) {
                    sibling.put("lfs", Map.of("sha256", etag(name), "size", content.length, "pointerSize", 134));
                }
            }
            siblings.add(sibling);
        });
        byte[] json = new Gson()
                .toJson(Map.of("id", ID, "sha", commit, "siblings", siblings))
                .getBytes(StandardCharsets.UTF_8);
        whole(json).send(exchange, json);
    }

    private void serve(HttpExchange exchange, String name, byte[] content) throws IOException {
        String etag = "\"" + etag(name) + "\"";
        String ifRange = exchange.getRequestHeaders().getFirst("If-Range");
        long from = ifRange == null || ifRange.equals(etag) ? range(exchange).orElse(0L) : 0;
        exchange.getResponseHeaders().add("ETag", etag);
        if (from >= content.length && from > 0) {
            exchange.sendResponseHeaders(416, -1);
        } else if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().add("Content-Length", String.valueOf(content.length));
            exchange.sendResponseHeaders(200, -1);
        } else {
            respond(exchange, content, from, content.length - from);
            exchange.getResponseBody().write(content, (int) from, content.length - (int) from);
        }
    }

    private static void respond(HttpExchange exchange, byte[] content, long from, long length) throws IOException {
        if (from > 0) {
            exchange.getResponseHeaders()
                    .add("Content-Range", "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, length == 0 ? -1 : length);
    }

    private static Optional<Long> range(HttpExchange exchange) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range"))
                .map(range -> Long.parseLong(range.replaceAll("bytes=(\\d+)-", "$1")));
    }

    private void awaitClose() {
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isLarge(String name) {
        return name.endsWith(".safetensors");
    }

    private static String hash(String algorithm, String header, byte[] content) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            digest.update(header.formatted(content.length).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        closed.countDown();
        hub.stop(0);
        cdn.stop(0);
        threads.shutdownNow();
    }
}
