/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.exec;

import io.embark.spark.call.EmbedExpression;
import io.embark.spark.models.ModelRequest;
import io.embark.spark.models.PinnedModel;
import java.io.Serializable;
import org.apache.spark.sql.catalyst.expressions.Expression;

/**
 * A call as tasks run it.
 *
 * @param text what it embeds
 * @param givesChunks whether the chunks of a text have vectors, and not the text as a whole
 * @param givesReason whether it gives why a text has no vector, and no vector
 * @param request the model that the driver opened for it, and its options
 */
record PinnedCall(Expression text, boolean givesChunks, boolean givesReason, ModelRequest request)
        implements Serializable {
    static PinnedCall of(EmbedExpression call, PinnedModel model) {
        return new PinnedCall(
                call.text(), call.givesChunks(), call.givesReason(), new ModelRequest(model, call.options()));
    }
}
