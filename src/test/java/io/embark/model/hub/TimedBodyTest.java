/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long the body of an answer is waited for. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TimedBodyTest {
    private final ScheduledExecutorService server = Executors.newSingleThreadScheduledExecutor();
    private Future<?> sending;
    private final TimedBody body = new TimedBody(Duration.ofMillis(100));

    @AfterEach
    void stopTheServer() {
        sending.cancel(true);
        server.shutdownNow();
    }

    @Test
    void waitsNoLongerForBytesThatComeOneByOne() {
        send(1, 2);
        assertThatThrownBy(body::readAllBytes)
                .isInstanceOf(HttpTimeoutException.class)
                .hasMessageMatching("only [0-9]+ bytes came in [0-9]+ ms");
    }

    @Test
    void readsOnAsLongAsBytesComeAtAPace() throws Exception {
        send(1024, 2);
        assertThat(body.readNBytes(1 << 19)).hasSize(1 << 19);
    }

    private void send(int bytes, long everyMillis) {
        body.onSubscribe(new Subscription() {
            @Override
            public void request(long n) {}

            @Override
            public void cancel() {}
        });
        sending = server.scheduleAtFixedRate(
                () -> body.onNext(List.of(ByteBuffer.allocate(bytes))), 0, everyMillis, TimeUnit.MILLISECONDS);
    }
}
