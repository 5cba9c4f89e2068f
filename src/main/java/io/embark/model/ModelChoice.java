/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.EmbedOptions;
import java.util.List;
import java.util.Optional;

/**
 * What the caller chooses before a model's files are read.
 *
 * @param code what becomes of a program in place of the network
 * @param task what the texts are, {@code query} or {@code document}, for a model that treats them differently
 */
record ModelChoice(ModelCode code, Optional<String> task) {
    /** What any model may be told of texts. */
    static final List<String> TASKS_OF_ALL = List.of("query", "document");

    static ModelChoice of(EmbedOptions options, ModelCode code) {
        return new ModelChoice(code, Optional.ofNullable(options.get(EmbedOptions.TASK)));
    }
}
