/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.base.Redaction;
import io.embark.model.hub.HubReference;
import java.util.Optional;

/**
 * How a model is called for people.
 *
 * @param name the bundled name, {@code org/name}, or the last part of a path or URI
 * @param revision the revision that a reference to a model of a hub names; empty for any other
 * @hidden Public for Embark's other rooms only.
 */
public record ModelName(String name, Optional<String> revision) {
    /** As many as Git and hubs show. */
    private static final int COMMIT_DIGITS = 7;

    /** The name of the model that a reference leads to; nothing is looked up for it. */
    public static ModelName of(String reference) {
        return new ModelName(
                HubReference.id(reference).orElseGet(() -> last(Redaction.text(reference))),
                HubReference.revision(reference));
    }

    /** {@code name@revision}, of a commit its first digits; the name alone where there is no revision. */
    public String brief() {
        return name
                + revision.map(all -> HubReference.isCommit(all) ? all.substring(0, COMMIT_DIGITS) : all)
                        .map("@"::concat)
                        .orElse("");
    }

    private static String last(String reference) {
        String path = reference.replaceFirst("/+$", "");
        String last = path.substring(path.lastIndexOf('/') + 1);
        return last.isEmpty() ? reference : last;
    }
}
