package io.embark.spark;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
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
                    new EmbarkException(
                            ErrorCode.QUERY_UNSUPPORTED,
                            "takes 2 arguments, not %d".formatted(arguments.size()),
                            "They are the two vectors.",
                            "Write %s(a, b).".formatted(kernel.functionName())));
        }

        return new VectorComparison(kernel, arguments.apply(0), arguments.apply(1));
    }
}
