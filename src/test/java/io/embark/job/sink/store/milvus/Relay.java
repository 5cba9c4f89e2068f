/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands before a server of gRPC on loopback: sees each frame that a client sends when the server has a half of it, and cuts the
 * line.
 */
final class Relay implements AutoCloseable {
    private static final int PREFACE_BYTES = 24;
    private static final int FRAME_HEAD_BYTES = 9;

    /** What becomes of a frame. */
    enum Fate {
        PASSES,
        /** The connection ends before the server has the other half. */
        IS_CUT_OFF,
        /** The server has it, and the connection ends before the client has the answer. */
        LOSES_ITS_ANSWER
    }

    interface Watcher {
        Fate of(Frame frame);
    }

    /** A frame of HTTP/2. */
    static final class Frame {
        private static final int DATA = 0;
        private static final int HEADERS = 1;

        private final byte[] head;
        private final byte[] body;

        private Frame(byte[] head, byte[] body) {
            this.head = head;
            this.body = body;
        }

        /** Whether it is a part of a message of many bytes, such as rows. */
        boolean hasRows() {
            return head[3] == DATA && body.length > 4_000;
        }

        boolean beginsAnswerOn(int stream) {
            return head[3] == HEADERS && stream() == stream;
        }

        /** Whether it begins a request, the first of its kind on a connection: later ones have a number for the name. */
        boolean begins(String method) {
            return head[3] == HEADERS && new String(body, StandardCharsets.ISO_8859_1).contains("/" + method);
        }

        int stream() {
            return ByteBuffer.wrap(head, 5, 4).getInt() & Integer.MAX_VALUE;
        }
    }

    private final ServerSocket listener;
    private final int port;
    private final Watcher watcher;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger toRefuse = new AtomicInteger();

    /** @param port of the server */
    Relay(int port, Watcher watcher) throws IOException {
        this.port = port;
        this.watcher = watcher;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    MilvusServer server() {
        return new MilvusServer("http://127.0.0.1:%s".formatted(listener.getLocalPort()));
    }

    /** Ends each of the next connections at once. */
    void refuseNext(int connections) {
        toRefuse.set(connections);
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                open.add(client);
                if (toRefuse.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    end(client);
                    continue;
                }
                Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
                open.add(server);
                connect(client, server);
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void connect(Socket client, Socket server) {
        AtomicInteger lost = new AtomicInteger();
        threads.execute(() -> pump(client, server, PREFACE_BYTES, frame -> {
            Fate fate = watcher.of(frame);
            if (fate == Fate.LOSES_ITS_ANSWER) {
                lost.set(frame.stream());
            }
            return fate != Fate.IS_CUT_OFF;
        }));
        threads.execute(() -> pump(server, client, 0, frame -> lost.get() == 0 || !frame.beginsAnswerOn(lost.get())));
    }

    private interface Check {
        boolean passes(Frame frame);
    }

    private void pump(Socket from, Socket to, int prefaceBytes, Check check) {
        try {
            DataInputStream in = new DataInputStream(new BufferedInputStream(from.getInputStream()));
            OutputStream out = to.getOutputStream();
            out.write(in.readNBytes(prefaceBytes));
            while (true) {
                byte[] head = new byte[FRAME_HEAD_BYTES];
                in.readFully(head);
                byte[] body = new byte[ByteBuffer.wrap(head).getInt() >>> 8];
                in.readFully(body);
                out.write(head);
                out.write(body, 0, body.length / 2);
                if (!check.passes(new Frame(head, body))) {
                    return;
                }
                out.write(body, body.length / 2, body.length - body.length / 2);
            }
        } catch (IOException e) {
            // One of both has ended.
        } finally {
            end(from);
            end(to);
        }
    }

    private void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            open.remove(socket);
        }
    }

    /** From now on nobody is there. */
    @Override
    public void close() throws IOException {
        listener.close();
        open.forEach(this::end);
        threads.shutdownNow();
    }
}
