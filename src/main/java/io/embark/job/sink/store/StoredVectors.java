/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store;

import io.embark.EmbarkException;
import java.util.List;
import java.util.Optional;

/** Holds the vectors that a store gives back against those that were sent. */
final class StoredVectors {
    private StoredVectors() {}

    /**
     * The error that names the first difference; empty if all components are the same numbers.
     *
     * @param sent what was sent
     * @param read what {@link StoreSession#read} gave for it
     */
    static Optional<EmbarkException> difference(
            StoreTable table, StoreConnector connector, List<StoreRow> sent, List<double[][]> read) {
        for (int i = 0; i < sent.size(); i++) {
            StoreRow row = sent.get(i);
            if (read.get(i) == null) {
                return Optional.of(StoreErrors.rowIsNotThere(connector.description(), table.keys(), row.key()));
            }
            for (int column = 0; column < row.vectors().size(); column++) {
                Optional<String> difference = difference(row.vectors().get(column), read.get(i)[column]);
                if (difference.isPresent()) {
                    return Optional.of(StoreErrors.vectorHasChanged(
                            connector.description(),
                            table.vectors().get(column),
                            table.keys(),
                            row.key(),
                            difference.get()));
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> difference(float[] sent, double[] read) {
        if (sent == null || read == null) {
            return sent == null && read == null
                    ? Optional.empty()
                    : Optional.of(sent == null ? "None was sent, and there is one." : "It is null there.");
        }
        if (sent.length != read.length) {
            return Optional.of("It has %s components there, and %s were sent.".formatted(read.length, sent.length));
        }
        for (int i = 0; i < sent.length; i++) {
            if (Double.compare(sent[i], read[i]) != 0) {
                return Optional.of("Component %s is %s there, and %s was sent.".formatted(i, read[i], sent[i]));
            }
        }
        return Optional.empty();
    }
}
