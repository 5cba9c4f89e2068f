package io.embark.spark;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Expression;
import scala.collection.Seq;
import scala.runtime.AbstractFunction1;

/**
 * Makes a call of {@code embed} from the arguments that it has in SQL: {@code embed(text)}, {@code embed(text, model)}, {@code
 * embed(text, model, map(option, value, ...))}.
 */
final class EmbedBuilder extends AbstractFunction1<Seq<Expression>, Expression> {
    private static final int MOST_ARGUMENTS = 3;

    @Override
    public Expression apply(Seq<Expression> arguments) {
        List<Expression> list = Scala.list(arguments);
        try {
            if (list.isEmpty() || list.size() > MOST_ARGUMENTS) {
                throw new EmbarkException(
                        ErrorCode.QUERY_UNSUPPORTED,
                        "takes 1 to %d arguments, not %d".formatted(MOST_ARGUMENTS, list.size()),
                        "They are the text, the model, and a map of options.",
                        "Write embed(text), embed(text, model) or embed(text, model, map('dimensions', '256')).");
            }

            EmbedOptions options = options(list).orElse(SparkSettings.ofActiveSession());
            return new EmbedExpression(list.get(0), RangesFile.inlined(options));
        } catch (EmbarkException e) {
            throw list.isEmpty() ? CallErrors.refuse("embed", e) : CallErrors.refuse(list.get(0), e);
        }
    }

    /** What the call chooses; a null model chooses none. */
    private static EmbedOptions options(List<Expression> arguments) {
        EmbedOptions options = arguments.size() < MOST_ARGUMENTS
                ? EmbedOptions.defaults()
                : EmbedOptions.parse(ConstantArgument.map(arguments.get(2)));
        String model = arguments.size() < 2 ? null : ConstantArgument.text("model", arguments.get(1));
        return model == null ? options : options.with(EmbedOptions.MODEL, model);
    }
}
