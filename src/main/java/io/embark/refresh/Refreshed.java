/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.refresh;

/**
 * What a refresh found and did. All but {@code embedded} and {@code failed} count rows, or documents where they are cut into
 * chunks; those two count texts, of which a row has one for each column that is embedded.
 *
 * @param added rows that the target did not have
 * @param changed rows whose text changed, or that had failed before
 * @param updated rows of which other columns changed; they keep their vectors
 * @param unchanged rows that stay as they are
 * @param deleted rows that left the source and were removed
 * @param flagged rows that left the source and were marked
 * @param kept rows that left the source, or that it was not asked for, and stay
 * @param embedded texts that got a vector in this run
 * @param failed texts that got none and are tried again by the next one
 * @param seconds from the first row read to the last one written
 */
public record Refreshed(
        long added,
        long changed,
        long updated,
        long unchanged,
        long deleted,
        long flagged,
        long kept,
        long embedded,
        long failed,
        double seconds) {
    /** For people. */
    @Override
    public String toString() {
        return "%s new, %s changed, %s in other columns only, %s unchanged, %s deleted, %s flagged, %s kept; %s embedded, %s failed"
                .formatted(added, changed, updated, unchanged, deleted, flagged, kept, embedded, failed);
    }
}
