/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A forward proxy on this host: it passes on requests without a body for {@code http://} addresses, one for each connection,
 * and tunnels what comes after {@code CONNECT}.
 */
final class ForwardProxy implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Socket> sockets = Collections.synchronizedList(new ArrayList<>());
    private final List<String> heads = Collections.synchronizedList(new ArrayList<>());
    private final Optional<String> login;

    private ForwardProxy(Optional<String> login) throws IOException {
        this.login = login;
        threads.execute(this::listen);
    }

    static ForwardProxy open() throws IOException {
        return new ForwardProxy(Optional.empty());
    }

    /** One that answers 407 to all who do not send this {@code user:password}. */
    static ForwardProxy opensTo(String login) throws IOException {
        return new ForwardProxy(Optional.of(login));
    }

    String host() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    /** The head of each request so far, as it arrived. */
    List<String> heads() {
        synchronized (heads) {
            return List.copyOf(heads);
        }
    }

    private void listen() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                sockets.add(client);
                threads.execute(() -> serve(client));
            } catch (IOException e) {
                // Closed, which the loop sees.
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            String head = readHead(client.getInputStream());
            heads.add(head);
            String[] line = head.lines().findFirst().orElseThrow().split(" ", 3);
            if (!isAllowed(head)) {
                answer(client, "407 Who are you", "Proxy-Authenticate: Basic realm=\"all\"\r\nContent-Length: 0\r\n");
                return;
            }

            boolean tunnelled = line[0].equals("CONNECT");
            URI target = URI.create(tunnelled ? "https://" + line[1] : line[1]);
            try (Socket server = connect(target)) {
                if (server == null) {
                    answer(client, "502 Nobody there", "Content-Length: 0\r\n");
                } else if (tunnelled) {
                    tunnel(client, server);
                } else {
                    pass(client, server, head, target);
                }
            }
        } catch (IOException e) {
            // The reader sees that the connection ended.
        }
    }

    private boolean isAllowed(String head) {
        return login.map(text -> Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)))
                .map(expected -> head.contains("\r\nProxy-Authorization: Basic " + expected + "\r\n"))
                .orElse(true);
    }

    private static void pass(Socket client, Socket server, String head, URI target) throws IOException {
        String query = target.getRawQuery() == null ? "" : "?" + target.getRawQuery();
        String request = head.replaceFirst(" http://[^ ]+", " " + target.getRawPath() + query)
                .replaceAll("(?m)^(Connection|Proxy-Authorization): .*\r\n", "")
                .replaceFirst("\r\n\r\n$", "\r\nConnection: close\r\n\r\n");
        write(server.getOutputStream(), request);
        server.getInputStream().transferTo(client.getOutputStream());
    }

    private void tunnel(Socket client, Socket server) throws IOException {
        answer(client, "200 Connected", "");
        threads.execute(() -> {
            try {
                client.getInputStream().transferTo(server.getOutputStream());
            } catch (IOException e) {
                // One of them ended the tunnel.
            }
        });
        server.getInputStream().transferTo(client.getOutputStream());
    }

    /** Null if there is nobody. */
    private Socket connect(URI target) {
        try {
            Socket server = new Socket(target.getHost(), target.getPort());
            sockets.add(server);
            return server;
        } catch (IOException e) {
            return null;
        }
    }

    private static void answer(Socket client, String status, String headers) throws IOException {
        write(client.getOutputStream(), "HTTP/1.1 %s\r\n%s\r\n".formatted(status, headers));
    }

    private static void write(OutputStream stream, String head) throws IOException {
        stream.write(head.getBytes(StandardCharsets.ISO_8859_1));
        stream.flush();
    }

    private static String readHead(InputStream stream) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = stream.read();
            if (next < 0) {
                throw new EOFException();
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : List.copyOf(sockets)) {
            socket.close();
        }
        threads.shutdownNow();
    }
}
