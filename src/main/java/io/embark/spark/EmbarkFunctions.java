package io.embark.spark;

import static java.util.Objects.requireNonNull;

import io.embark.EmbedOptions;
import org.apache.spark.sql.Column;

/** The functions that Embark adds to Spark. */
public final class EmbarkFunctions {
    private EmbarkFunctions() {}

    /** The same as {@link #embed(Column, EmbedOptions)} with every option at its default. */
    public static Column embed(Column text) {
        return embed(text, EmbedOptions.defaults());
    }

    /**
     * The vector of a text: {@code array<float>}, elements never null; null for a null text.
     *
     * @param text a column of texts
     * @param options how to embed; the model is loaded by the executors, not here
     */
    public static Column embed(Column text, EmbedOptions options) {
        requireNonNull(text, "text is null");
        return new Column(new EmbedExpression(text.expr(), requireNonNull(options, "options is null")));
    }
}
