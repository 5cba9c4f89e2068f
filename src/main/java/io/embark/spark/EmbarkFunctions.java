package io.embark.spark;

import static java.util.Objects.requireNonNull;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import org.apache.spark.sql.Column;

/**
 * The functions that Embark adds to Spark.
 *
 * <p>What a call of {@code embed} does not choose, the session's {@code spark.embark.*} settings do, as they are when the
 * column is made; what they do not choose either, the defaults of {@link EmbedOptions}. The session is that of the thread,
 * else the default one; where none is running, only the defaults hold. Thread-safe.
 */
public final class EmbarkFunctions {
    private EmbarkFunctions() {}

    /**
     * The same as {@link #embed(Column, EmbedOptions)} where nothing is chosen.
     *
     * @throws EmbarkException as there
     */
    public static Column embed(Column text) {
        return embed(text, EmbedOptions.defaults());
    }

    /**
     * The same as {@link #embed(Column, EmbedOptions)} where only the model is chosen.
     *
     * @param model a bundled name or the folder of a model
     * @throws EmbarkException as there
     */
    public static Column embed(Column text, String model) {
        return embed(text, EmbedOptions.defaults().with(EmbedOptions.MODEL, requireNonNull(model, "model is null")));
    }

    /**
     * The vector of a text: {@code array<float>}, elements never null; null for a null text.
     *
     * @param text a column of texts
     * @param options how to embed; the model is loaded by the executors, not here
     * @throws EmbarkException {@link ErrorCode#OPTION_UNKNOWN} or {@link ErrorCode#OPTION_INVALID} if the session has a
     *     {@code spark.embark.*} setting that does not exist or holds an impossible value
     */
    public static Column embed(Column text, EmbedOptions options) {
        requireNonNull(text, "text is null");
        requireNonNull(options, "options is null");
        return new Column(new EmbedExpression(text.expr(), options.orElse(SparkSettings.ofActiveSession())));
    }
}
