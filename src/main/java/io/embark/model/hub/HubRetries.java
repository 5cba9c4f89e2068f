/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import io.embark.ErrorCode;
import io.embark.model.files.ModelProblem;
import java.time.Duration;
import java.util.OptionalLong;

/** Counts the failures of one request that may pass by themselves, pauses after each, and gives up after a few. */
final class HubRetries {
    /** As many as huggingface_hub makes. */
    static final int ATTEMPTS = 5;

    private static final int MOST_DOUBLINGS = 4;
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final HubSettings settings;
    private final String subject;
    private final int attempts;
    private int failures;

    HubRetries(HubSettings settings, String subject, int attempts) {
        this.settings = settings;
        this.subject = subject;
        this.attempts = attempts;
    }

    /** What came so far is worth a full number of attempts more. */
    void progressed() {
        failures = 0;
    }

    /** Waits before the next attempt; throws if this one was the last. */
    void failed(HubAnswer answer) {
        failed(answer.show(), answer.retryAfterSeconds(), null);
    }

    /** Waits before the next attempt; throws if this one was the last. */
    void failed(Exception thrown) {
        failed(HubProblem.detail(thrown), OptionalLong.empty(), thrown);
    }

    private void failed(String detail, OptionalLong retryAfterSeconds, Exception thrown) {
        failures++;
        if (failures >= attempts) {
            throw gaveUp(detail, thrown);
        }

        Duration backoff = settings.pause().multipliedBy(1L << Math.min(failures - 1, MOST_DOUBLINGS));
        Duration asked = retryAfterSeconds.isPresent() ? Duration.ofSeconds(retryAfterSeconds.getAsLong()) : backoff;
        try {
            Thread.sleep((asked.compareTo(LONGEST_PAUSE) < 0 ? asked : LONGEST_PAUSE).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw gaveUp("the thread was interrupted", e);
        }
    }

    private RuntimeException gaveUp(String detail, Exception thrown) {
        return ModelProblem.problem(
                ErrorCode.RUN_FAILED,
                "%s: no success in %s attempts".formatted(subject, failures),
                "The last one ended with: %s.".formatted(ModelProblem.show(detail)),
                "Check the network, the proxy (HTTPS_PROXY, -Dhttps.proxyHost) and HF_ENDPOINT; "
                        + "what arrived is kept, and the next run goes on there.",
                thrown);
    }
}
