/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The body of an answer as a stream whose reads wait for a bounded time, also for bytes that come one by one; those of Java's
 * own client wait for ever. Bytes are asked for only as they are read. For one thread.
 */
final class TimedBody extends InputStream implements HttpResponse.BodySubscriber<TimedBody> {
    /** What arrived: some bytes; or, with no bytes, the end, with its reason if it came too soon. */
    private record Arrival(List<ByteBuffer> bytes, Throwable failure) {
        boolean isEnd() {
            return bytes == null;
        }
    }

    /** What has to come for each second of waiting, on average over so many timeouts. */
    private static final long LEAST_BYTES_PER_SECOND = 1024;

    private static final int PACE_TIMEOUTS = 6;

    private final Duration timeout;
    private final LongSupplier nanoClock;
    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private volatile Subscription subscription;
    private volatile boolean closed;
    private Arrival current = new Arrival(List.of(), null);
    private int next;

    /** Since the pace was looked at last. */
    private long waitedNanos;

    private long arrivedBytes;

    TimedBody(Duration timeout) {
        this(timeout, System::nanoTime);
    }

    TimedBody(Duration timeout, LongSupplier nanoClock) {
        this.timeout = timeout;
        this.nanoClock = nanoClock;
    }

    @Override
    public CompletionStage<TimedBody> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public void onSubscribe(Subscription started) {
        subscription = started;
        if (closed) {
            started.cancel();
        } else {
            started.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> bytes) {
        arrivals.add(new Arrival(bytes, null));
    }

    @Override
    public void onError(Throwable failure) {
        arrivals.add(new Arrival(null, failure));
    }

    @Override
    public void onComplete() {
        arrivals.add(new Arrival(null, null));
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /** The next bytes; {@link HttpTimeoutException} if none come in time, or too few. */
    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }

        while (!current.isEnd()) {
            if (next < current.bytes().size() && !current.bytes().get(next).hasRemaining()) {
                next++;
            } else if (next < current.bytes().size()) {
                ByteBuffer bytes = current.bytes().get(next);
                int count = Math.min(length, bytes.remaining());
                bytes.get(target, offset, count);
                return count;
            } else {
                await();
            }
        }
        if (current.failure() != null) {
            throw new IOException(String.valueOf(current.failure().getMessage()), current.failure());
        }
        return -1;
    }

    /** Gives the rest up, and its connection with it. */
    @Override
    public void close() {
        closed = true;
        // Java's client may hand the answer out before it subscribes.
        if (subscription != null) {
            subscription.cancel();
        }
    }

    private void await() throws IOException {
        try {
            long start = nanoClock.getAsLong();
            Arrival arrived = arrivals.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (arrived == null) {
                throw new HttpTimeoutException("no data came for %s ms".formatted(timeout.toMillis()));
            }
            current = arrived;
            next = 0;
            if (!current.isEnd()) {
                requirePace(nanoClock.getAsLong() - start);
                subscription.request(1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Only waiting counts: whoever reads may be slower than the network. */
    private void requirePace(long waited) throws HttpTimeoutException {
        waitedNanos += waited;
        arrivedBytes +=
                current.bytes().stream().mapToLong(ByteBuffer::remaining).sum();
        Duration time = Duration.ofNanos(waitedNanos);
        if (time.compareTo(timeout.multipliedBy(PACE_TIMEOUTS)) < 0) {
            return;
        }
        if (arrivedBytes * 1000 < LEAST_BYTES_PER_SECOND * time.toMillis()) {
            throw new HttpTimeoutException("only %s bytes came in %s ms".formatted(arrivedBytes, time.toMillis()));
        }
        waitedNanos = 0;
        arrivedBytes = 0;
    }
}
