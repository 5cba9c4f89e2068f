/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.hub;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.model.files.ModelProblem;

/** Words what a hub means by refusing, as huggingface_hub understands it ({@code utils/_http.py}, {@code hf_raise_for_status}). */
final class HubRefusal {
    private HubRefusal() {}

    static EmbarkException of(HubSettings settings, HubReference reference, HubAnswer answer) {
        String code = answer.header("X-Error-Code").orElse("");
        String said = answer.show() + ".";
        if (code.equals("RevisionNotFound")) {
            return ModelProblem.notFound(
                    "model %s: no revision '%s'".formatted(reference.id(), reference.revision()),
                    said,
                    "Name a branch, a tag or a commit that %s/%s has.".formatted(settings.endpoint(), reference.id()));
        }
        if (code.equals("GatedRepo")) {
            return ModelProblem.notFound(
                    "model %s: gated".formatted(reference),
                    said,
                    "Accept its licence on %s/%s, then set HF_TOKEN to a token of the same account."
                            .formatted(settings.endpoint(), reference.id()));
        }
        if (code.equals("EntryNotFound")) {
            return ModelProblem.invalid(
                    "model %s: a file that the hub lists is not there".formatted(reference),
                    said,
                    "Try again; if it stays so, take another revision.");
        }
        if (code.equals("RepoNotFound") || answer.status() == 401 || answer.status() == 404) {
            return ModelProblem.notFound(
                    "model %s: not found".formatted(reference),
                    said,
                    "Check the name; a private model needs %s; a folder of this name must exist on this host."
                            .formatted(
                                    settings.token().isPresent()
                                            ? "a token that may read it, and the one that is set may have expired"
                                            : "HF_TOKEN"));
        }
        if (answer.status() == 403) {
            return ModelProblem.notFound(
                    "model %s: access refused".formatted(reference),
                    said,
                    "Set HF_TOKEN to a token that may read the model.");
        }
        return ModelProblem.problem(
                ErrorCode.RUN_FAILED,
                "model %s: the hub does not answer the question".formatted(reference),
                said,
                "Check that HF_ENDPOINT, which is %s, names a hub.".formatted(settings.endpoint()),
                null);
    }
}
