/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a refresh found and did.
 *
 * @param classes how many rows there were of each class, under the names that {@code summary.json} has for them
 * @param embedded texts that got a vector
 * @param failed texts that got none
 * @param seconds from the first row read to the last one written
 * @hidden Public for Embark's other rooms only.
 */
public record RefreshOutcome(Map<String, Long> classes, long embedded, long failed, double seconds) {
    /** Takes its own copy of the classes. */
    public RefreshOutcome {
        // In their order: a summary lists them so.
        classes = Collections.unmodifiableMap(new LinkedHashMap<>(classes));
    }
}
