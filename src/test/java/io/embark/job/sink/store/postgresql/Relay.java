/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Stands between a client and a server on this machine, as a router does that may forget connections. */
final class Relay implements AutoCloseable {
    private final ServerSocket door;
    private final int port;
    private final List<Socket> sockets = new ArrayList<>();

    /** Of the connections that there are; those that are made after they were forgotten have another. */
    private AtomicBoolean forgotten = new AtomicBoolean();

    /** @param port the server's */
    Relay(int port) throws IOException {
        this.port = port;
        this.door = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        start(this::serve);
    }

    int port() {
        return door.getLocalPort();
    }

    /** From here on, nothing goes through the connections that there are, and nobody is told. */
    synchronized void forget() {
        forgotten.set(true);
        forgotten = new AtomicBoolean();
    }

    private void serve() {
        try {
            while (true) {
                connect(door.accept());
            }
        } catch (IOException e) {
            // It is closed.
        }
    }

    private synchronized void connect(Socket client) throws IOException {
        Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
        sockets.addAll(List.of(client, server));
        AtomicBoolean isForgotten = forgotten;
        start(() -> pass(client, server, isForgotten));
        start(() -> pass(server, client, isForgotten));
    }

    private static void pass(Socket from, Socket to, AtomicBoolean isForgotten) {
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            byte[] bytes = new byte[1 << 16];
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                if (!isForgotten.get()) {
                    out.write(bytes, 0, count);
                }
            }
        } catch (IOException e) {
            // One of both has ended it.
        }
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "relay");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public synchronized void close() throws IOException {
        door.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
