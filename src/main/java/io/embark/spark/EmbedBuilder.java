/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.LongText;
import io.embark.encode.Embedder;
import io.embark.spark.call.CallErrors;
import io.embark.spark.call.EmbedExpression;
import io.embark.spark.models.SparkSettings;
import io.embark.spark.version.Scala;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Expression;
import scala.collection.Seq;
import scala.runtime.AbstractFunction1;

/**
 * Makes a call of {@code embed} or {@code embed_chunks} from the arguments that it has in SQL: {@code embed(text)}, {@code
 * embed(text, model)}, {@code embed(text, model, map(option, value, ...))}.
 */
final class EmbedBuilder extends AbstractFunction1<Seq<Expression>, Expression> {
    private static final int MOST_ARGUMENTS = 3;

    private final String function;

    EmbedBuilder(String function) {
        this.function = function;
    }

    /**
     * The call of a text.
     *
     * @param chosen what the call itself chooses; the session chooses the rest
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if {@code long-text} does not go with the function
     */
    EmbedExpression call(Expression text, EmbedOptions chosen) {
        EmbedOptions options = RangesFile.inlined(chosen.orElse(SparkSettings.ofActiveSession()));
        if (function.equals(EmbedExpression.EMBED_CHUNKS)) {
            requireChunks(chosen);
            return new EmbedExpression(text, options.with(EmbedOptions.LONG_TEXT, LongText.CHUNKS));
        }
        Embedder.requireOneVector(options);
        return new EmbedExpression(text, options);
    }

    private static void requireChunks(EmbedOptions chosen) {
        LongText longText = chosen.get(EmbedOptions.LONG_TEXT);
        if (longText == LongText.MEAN || longText == LongText.FAIL) {
            throw FunctionErrors.longTextWithoutChunks(longText);
        }
    }

    @Override
    public Expression apply(Seq<Expression> arguments) {
        List<Expression> list = Scala.list(arguments);
        try {
            if (list.isEmpty() || list.size() > MOST_ARGUMENTS) {
                throw FunctionErrors.wrongNumberForEmbed(function, MOST_ARGUMENTS, list.size());
            }

            return call(list.get(0), options(list)).inActiveSession();
        } catch (EmbarkException e) {
            throw list.isEmpty() ? CallErrors.refuse(function, e) : CallErrors.refuse(function, list.get(0), e);
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
