/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import io.embark.spark.call.EmbedExpression;
import io.embark.spark.version.SparkVersion;
import java.util.List;
import org.apache.spark.sql.catalyst.analysis.FunctionRegistry;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;
import scala.Function1;
import scala.collection.Seq;

/** The functions that SQL calls by name, each with what DESCRIBE FUNCTION EXTENDED says about it. */
final class SqlFunctions {
    private static final String SINCE = "0.1.0";

    private SqlFunctions() {}

    /** A function, and what makes a call of it from the arguments. */
    private record SqlFunction(ExpressionInfo info, Function1<Seq<Expression>, Expression> builder) {}

    /**
     * For the sessions that are made of a registry from now on, if it is Spark's own, else for those that it belongs to. A
     * function that an extension injects is registered a second time, with a warning, and is a temporary one to Spark, which no
     * persistent view may call.
     */
    static void addTo(FunctionRegistry registry) {
        all().forEach(function -> SparkVersion.register(registry, function.info(), function.builder()));
    }

    private static List<SqlFunction> all() {
        return List.of(
                embed(),
                embedChunks(),
                comparison(
                        VectorKernel.COSINE_SIMILARITY,
                        "the cosine of the angle between two vectors; null if one has no length or no components",
                        "0.97463185"),
                comparison(VectorKernel.INNER_PRODUCT, "the inner product of two vectors", "32.0"),
                comparison(VectorKernel.L2_DISTANCE, "the Euclidean distance between two vectors", "5.196152"));
    }

    private static SqlFunction embed() {
        return function(
                EmbedExpression.EMBED,
                EmbedExpression.class,
                new EmbedBuilder(EmbedExpression.EMBED),
                "misc_funcs",
                """
                _FUNC_(text[, model[, options]]) - Returns the vector of `text` as array<float>, null for a null text;
                    of an array of texts, the array of their vectors. With option encoding it is array<tinyint> for int8
                    and binary, array<smallint> for uint8 and ubinary.
                """,
                """

                    Arguments:
                      * text - a string or an array of strings.
                      * model - a constant: the name of the bundled model or the folder of a model. null, or left out, is
                          the session's spark.embark.model, else all-MiniLM-L6-v2.
                      * options - a constant map of options to their values; each overrules the session's
                          spark.embark.<option>. The model of the second argument overrules one in the map.
                """,
                """

                    Examples:
                      > SELECT id, _FUNC_(body) AS embedding FROM articles;
                      > SELECT id, _FUNC_(body, '/models/e5', map('dimensions', '256')) AS embedding FROM articles;
                """);
    }

    private static SqlFunction embedChunks() {
        return function(
                EmbedExpression.EMBED_CHUNKS,
                EmbedExpression.class,
                new EmbedBuilder(EmbedExpression.EMBED_CHUNKS),
                "misc_funcs",
                """
                _FUNC_(text[, model[, options]]) - Returns the chunks of `text` and their vectors as
                    array<struct<chunk int, chunk_start int, chunk_end int, embedding array<float>>>, null for a null text.
                """,
                """

                    Arguments:
                      * text - a string; one within the model's limit is one chunk.
                      * model, options - as those of embed.
                """,
                """

                    Examples:
                      > SELECT id, inline(_FUNC_(body)) FROM articles;
                      > SELECT id, substring(body, chunk_start + 1, chunk_end - chunk_start) AS passage, embedding
                          FROM articles LATERAL VIEW inline(_FUNC_(body)) AS chunk, chunk_start, chunk_end, embedding;
                """);
    }

    private static SqlFunction comparison(VectorKernel kernel, String what, String example) {
        return function(
                kernel.functionName(),
                VectorComparison.class,
                new VectorBuilder(kernel),
                "array_funcs",
                "_FUNC_(array1, array2) - Returns %s. They must have the same number of components.".formatted(what),
                """

                    Arguments:
                      * array1, array2 - arrays of float or double. The result of two arrays of float is a float, else a
                          double. It is null if an array or one of its elements is null.
                """,
                """

                    Examples:
                      > SELECT _FUNC_(array(1.0F, 2.0F, 3.0F), array(4.0F, 5.0F, 6.0F));
                       %s
                """.formatted(example));
    }

    private static SqlFunction function(
            String name,
            Class<? extends Expression> type,
            Function1<Seq<Expression>, Expression> builder,
            String group,
            String usage,
            String arguments,
            String examples) {
        ExpressionInfo info = new ExpressionInfo(
                type.getName(), null, name, usage.strip(), arguments, examples, "", group, SINCE, "", "built-in");
        return new SqlFunction(info, builder);
    }
}
