/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import io.embark.spark.call.CallErrors;
import org.apache.spark.sql.catalyst.expressions.Expression;
import scala.collection.Seq;
import scala.runtime.AbstractFunction1;

/** Makes a comparison of vectors from the arguments that it has in SQL. */
final class VectorBuilder extends AbstractFunction1<Seq<Expression>, Expression> {
    private final VectorKernel kernel;

    VectorBuilder(VectorKernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public Expression apply(Seq<Expression> arguments) {
        if (arguments.size() != 2) {
            throw CallErrors.refuse(
                    kernel.functionName(),
                    FunctionErrors.wrongNumberOfVectors(kernel.functionName(), arguments.size()));
        }

        return new VectorComparison(kernel, arguments.apply(0), arguments.apply(1));
    }
}
