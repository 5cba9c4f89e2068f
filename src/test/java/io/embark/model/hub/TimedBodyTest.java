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
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TimedBodyTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    @Test
    void waitsNoLongerForBytesThatComeOneByOne() {
        TimedBody body = sending(1, Duration.ofSeconds(1));
        assertThatThrownBy(body::readAllBytes)
                .isInstanceOf(HttpTimeoutException.class)
                .hasMessage("only 60 bytes came in 60000 ms");
    }

    @Test
    void readsOnAsLongAsBytesComeAtAPace() throws Exception {
        TimedBody body = sending(1024, Duration.ofSeconds(1));
        assertThat(body.readNBytes(1 << 19)).hasSize(1 << 19);
    }

    /** A body whose next bytes come so long after they are asked for, by a clock that only waiting moves. */
    private static TimedBody sending(int bytes, Duration every) {
        AtomicLong looks = new AtomicLong();
        // It is looked at before and after each wait.
        TimedBody body = new TimedBody(TIMEOUT, () -> (looks.getAndIncrement() + 1) / 2 * every.toNanos());
        body.onSubscribe(new Subscription() {
            @Override
            public void request(long n) {
                body.onNext(List.of(ByteBuffer.allocate(bytes)));
            }

            @Override
            public void cancel() {}
        });
        return body;
    }
}
