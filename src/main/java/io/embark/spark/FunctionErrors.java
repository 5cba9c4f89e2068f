/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.Encoding;
import io.embark.ErrorCode;
import io.embark.LongText;
import io.embark.Option;
import org.apache.spark.sql.catalyst.expressions.Expression;

/** What the functions and the stage of pipelines refuse of their arguments, one method for each mistake. */
final class FunctionErrors {
    private FunctionErrors() {}

    static EmbarkException wrongNumberForEmbed(String function, int most, int given) {
        return new EmbarkException(
                ErrorCode.QUERY_UNSUPPORTED,
                "takes 1 to %s arguments, not %s".formatted(most, given),
                "They are the text, the model, and a map of options.",
                "Write %s(text), %s(text, model) or %s(text, model, map('dimensions', '256'))."
                        .formatted(function, function, function));
    }

    static EmbarkException wrongNumberOfVectors(String function, int given) {
        return new EmbarkException(
                ErrorCode.QUERY_UNSUPPORTED,
                "takes 2 arguments, not %s".formatted(given),
                "They are the two vectors.",
                "Write %s(a, b).".formatted(function));
    }

    static EmbarkException vectorsOfDifferentLength(String function, int a, int b) {
        return new EmbarkException(
                ErrorCode.COLUMN_INVALID,
                "%s: vectors of %s and %s components".formatted(function, a, b),
                "Only vectors of the same number of components can be compared.",
                "Compare vectors of one model with the same dimensions, or leave others out: WHERE size(a) = size(b).");
    }

    /** @param name what the argument is: a model, an option */
    static EmbarkException argumentIsNoText(String name, Expression argument) {
        return invalid(
                "%s: %s is of type %s"
                        .formatted(name, argument.sql(), argument.dataType().sql()),
                "It takes a text, a number or a boolean.",
                "Write it as a text: '...'.");
    }

    static EmbarkException optionsAreNoMap(Expression argument) {
        return invalid(
                "options: %s is of type %s"
                        .formatted(argument.sql(), argument.dataType().sql()),
                "The third argument is a map of texts.",
                "Write map('dimensions', '256').");
    }

    /** @param stage the stage of a pipeline that would replace it */
    static EmbarkException wouldReplaceColumn(String stage, String column) {
        return ColumnErrors.exists(
                column,
                "%s would replace it by its vectors.".formatted(stage),
                "Name a new column with setOutputCol, or drop this one before.");
    }

    /** @param name what the argument is: a model, an option */
    static EmbarkException argumentIsNoConstant(String name, Expression argument) {
        return invalid(
                "%s: %s is not a constant".formatted(name, argument.sql()),
                "Model and options are chosen once for a query, not row by row.",
                "Write them as literals, or SET spark.embark.<option> for the session.");
    }

    static EmbarkException longTextWithoutChunks(LongText chosen) {
        return invalid(
                "option %s: %s is not for embed_chunks".formatted(EmbedOptions.LONG_TEXT.key(), Option.write(chosen)),
                "It gives each chunk of a long text a vector of its own.",
                "Leave long-text out, or call embed.");
    }

    static EmbarkException codesAsVectorsOfMl(Encoding encoding) {
        return invalid(
                "option %s: %s gives no vectors of Spark ML"
                        .formatted(EmbedOptions.ENCODING.key(), Option.write(encoding)),
                "outputAsVector is set, and such vectors hold components, each as a double.",
                "Leave encoding out, or set outputAsVector to false.");
    }

    private static EmbarkException invalid(String problem, String reason, String remedy) {
        return new EmbarkException(ErrorCode.OPTION_INVALID, problem, reason, remedy);
    }
}
